"""How fast it is, measured against what people would use instead. What a further scenario has to know stands here.

A *scenario* (`base.Scenario`) is one question, such as "how fast is the engine?". It opens what it measures and yields
a *stage*: its *cases*, such as "8 simultaneous chats". A case has *sides*, those that are compared, such as "dragoman"
and "llama-server": for each a coroutine function that takes a `Turn` and returns an `Outcome`. The frame does the rest:

1. `running.measure` enters `scenario.open(given)` and leaves it when the last case is done. Whatever was started there
   must end there; `subject.started` and `evaluation.throwaway.running` see to that.
2. `turns.take_turns` calls the sides of each case one after the other, A B A B, first once each as a warm-up that is
   thrown away (unless `Case.warm_up` is false), then `given.runs` times (`Case.most_runs` can lower that). Each call
   gets a `Turn`: `number` from 0, −1 for the warm-up, and a `seed`, the same for all sides of one round and never the
   same in two: prompts are made from it, so that nobody meets a prompt again that he has kept in a cache. Where two
   sides are one and the same subject, each takes `turn.apart(side)`.
3. Before each turn, while everything that was started is idle, it notes the load of the machine.
4. Each figure of an outcome must stand in `measures.MEASURES`, which gives its title, its unit and which way is better.
   A figure is a number; a curve (rate → p95, minute → memory) goes into `Outcome.series` as `(x, y)` pairs, its title
   and axes into `measures.SERIES`; words that a reader must see with the run go into `Outcome.notes`.
5. `report.build` makes of all turns a median with the lowest and the highest run, for each pair of `Case.compare` the
   quotient of the two sides round by round, and for each `Scenario.aims` whether the median reaches it.

A turn that raises `OperatorError`, an HTTP error or a time-out ends its scenario, not the bench: the report says why,
and the exit status is 1. Errors of single requests are no exceptions but the figure `errors`.

A new scenario is a file here with a class, a line in `catalogue.SCENARIOS`, its measures in `measures.py`, and its
words in `docs/reference/bench.md`. At hand are:

- `subject.started(Starting(...), listener)`: a process, ready when its URL answers, its memory with that of its
  children (`Subject.memory_bytes`), its processor time (`Subject.processor_seconds`), ended by its own id.
- `subject.Subject(name, url, pids)`: the same for processes that something else has started.
- `ours.engine(given)`: our engine on the owner's weights, or the one that `--engine` names. `peers.py` the others,
  `plain.plain_desk(given, engine_url)` the usual tutorial stack with `POST /chat`.
- `load.LoadClient`: requests over HTTP with every time noted, `load.at_once` many of them, `load.open_loop` at given
  moments whether or not the earlier ones are answered; `figures.py` what they come to.
- `prompts.py`: prompts of an exact number of tokens that no one has seen before.
- `given.listener.say(name, line)` for words to the operator while something is started.

Everything stays on loopback, except where the operator names a URL (`--engine`, `--peer`).
"""
