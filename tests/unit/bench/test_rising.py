from dragoman.bench.rising import highest


class Server:
    """Holds every rate up to its capacity."""

    def __init__(self, capacity: float) -> None:
        self.capacity = capacity
        self.tried: list[float] = []

    async def holds(self, rate: float) -> bool:
        self.tried.append(rate)
        return rate <= self.capacity


async def test_it_rises_until_a_rate_is_not_held_and_then_looks_between() -> None:
    server = Server(300)
    found = await highest(server.holds, first=60, least=4, most=4000)
    assert [round(one) for one in server.tried] == [60, 120, 240, 480, 339, 285]
    assert found == server.tried[-1]
    assert found is not None
    assert 300 / 1.2 < found <= 300


async def test_a_slow_one_is_tried_more_slowly() -> None:
    server = Server(9)
    found = await highest(server.holds, first=60, least=4, most=4000)
    assert [round(one, 1) for one in server.tried] == [60, 30, 15, 7.5, 10.6, 8.9]
    assert found == server.tried[-1]


async def test_one_that_holds_nothing_has_no_rate() -> None:
    server = Server(1)
    assert await highest(server.holds, first=16, least=4, most=64) is None
    assert server.tried == [16, 8, 4]


async def test_no_more_than_the_most_is_tried() -> None:
    server = Server(1e9)
    assert await highest(server.holds, first=60, least=4, most=250) == 240
    assert server.tried == [60, 120, 240]
