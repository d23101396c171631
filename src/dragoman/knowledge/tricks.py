"""Sentences of a document that speak to a model rather than to a reader, and are left out of the knowledge.

Whoever may write on a page that is crawled can write "ignore your instructions" there. A model might obey, and a
quotation would repeat it to a customer. What is found here is language that no reader of a help page is addressed in;
where a sentence might well be meant for a person ("Follow the instructions on the label"), it stays.
"""

import unicodedata

import regex

from dragoman.languages.sentences import split_sentences

# Marks that set off the turns of a conversation in what a model is given: ChatML, Llama, Gemma, and tags after their
# kind. What stands between a pair of them was never written for a reader.
_ROLE = r"(?:system|assistant|user|developer|admin|inst|sys|prompt|instructions?)"
_MARK_PAIRS = (
    r"<\|im_start\|>.{0,4000}?<\|im_end\|>",
    r"<start_of_turn>.{0,4000}?<end_of_turn>",
    r"<<SYS>>.{0,4000}?<</SYS>>",
    rf"\[(?P<square>{_ROLE})\].{{0,4000}}?\[/(?P=square)\]",
    rf"<(?P<angle>{_ROLE})>.{{0,4000}}?</(?P=angle)>",
)
_MARKS = (
    r"<\|[a-z_ ]{2,24}\|>",
    r"</?(?:start|end)_of_turn>",
    r"<</?SYS>>",
    rf"\[/?{_ROLE}\]",
    rf"</?{_ROLE}>",
    r"#{2,}\s*(?:system|assistant|instructions?|response|human)\s*:",
    r"\{\{\s*(?:system|user|prompt|messages?)\b[^}]{0,40}\}\}",
)

# An order stands at the beginning, after a colon or another sign, or after one of these words: "We reply only in
# English" is none.
_ORDER = r"(?:^\W*|[:;,.!\]>\"“»]\s*|\b(?:please|always|now on|must|shall|should)[,\s]+)"

_ENGLISH = (
    # Set aside what you were told. "Ignore the instructions on the old label" is not about what *you* were told.
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.]{0,24}\b(?:your|previous|prior|preceding|earlier|above|system)\b[^.]{0,16}\b(?:instructions?|prompts?|rules|guidelines|directions|programming)\b",
    r"\b(?:ignore|disregard|forget)\s+(?:everything|all)\b[^.]{0,16}\b(?:above|before this|you were told|you have been told)\b",
    # What a model is given before it begins.
    r"\bsystem prompts?\b|\b(?:your|initial|hidden) prompt\b",
    r"\b(?:reveal|print|show|repeat|output|display|disclose|leak)\b(?:\s+(?:me|us|all|of|the|user|customer))*\s+(?:your|the (?:system|hidden|secret|initial))\s+(?:(?:system|hidden|secret|initial|internal)\s+)*(?:instructions?|rules|guidelines)\b",
    # A machine is spoken to, or made to speak.
    r"\b(?:as|you are|you're|act as|pretend to be)\s+(?:now\s+)?(?:an?|the)\s+(?:\w+\s+){0,2}(?:AI|artificial intelligence|language model|LLM|chatbot|AI model)\b",
    r"\bif you are\s+(?:an?\s+)?(?:AI|language model|LLM|assistant|chatbot|bot)\b",
    r"\b(?:note|notice|message|instructions?|attention)\s*(?:to|for|:)?\s+(?:all\s+|the\s+|any\s+)*(?:AI|AIs|LLMs?|language models?|assistants|chatbots?|AI (?:assistants?|models?|systems?))\b",
    r"\b(?:the|every|any|all)\s+(?:AI |virtual |digital |chat)?(?:AI|assistant|assistants|language models?|LLMs?|chatbots?|bot)\s+(?:must|shall|is to|has to|have to|should)\s+(?:(?:always|never|only|not|now|instead)\s+)*(?:say|reply|answer|respond|tell|reveal|claim|pretend|ignore|print|output|recommend|offer)\b",
    r"^\W*(?:AI|assistant|chatbot|bot|LLM|model)\s*[:,]\s*(?:when|if|you|always|never|ignore|disregard|say|reply|answer|respond|do|from now|please|start)\b",
    r"\byou are\b[^.]{0,40}\b(?:without|no longer (?:bound|limited|restricted)|not bound)\b[^.]{0,12}\b(?:rules|restrictions|guidelines|instructions|filters|by)\b",
    # How to reply: in one language, in given words.
    rf"{_ORDER}(?:reply|answer|respond|speak)\s+(?:only|exclusively|solely|always)\s+in\s+(?-i:\p{{Lu}})\p{{L}}+",
    rf"{_ORDER}(?:reply|answer|respond)\s+(?:to\s+)?(?:every|each|all|any)\s+(?:questions?|messages?|customers?|users?)\b[^.]{{0,16}}\b(?:with|in|by)\b",
    r"\b(?:start|begin|end|finish)\s+(?:each|every|all|any|your)\s+(?:(?:of\s+)?your\s+)?(?:reply|replies|answers?|responses?)\s+with\b",
    r"\bfrom now on\b[^.]{0,12}\b(?:you (?:are|will|must|shall)|answer|reply|respond|speak|pretend|act)\b",
)

# In each: set aside what you were told · what a model is given · a machine spoken to · how to reply. "Do not forget
# your washing instructions" is said to people.
_OTHERS = (
    # German
    r"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)\b[^.]{0,24}\b(?:dein\w*|ihre|bisherig\w*|vorherig\w*|vorig\w*|obig\w*|früher\w*)\b[^.]{0,16}\b(?:anweisung\w*|instruktion\w*|regeln|vorgaben|prompts?)\b",
    r"\bsystem-?prompts?\b|\bdein(?:en?)? prompt\b",
    r"\b(?:als|du bist|sie sind)\s+(?:jetzt\s+|nun\s+)?(?:eine?\s+)?(?:KI|künstliche intelligenz|sprachmodell|KI-\w+|chatbot)\b",
    r"\b(?:antworte|antworten sie|sprich)\b[^.]{0,16}\b(?:nur|ausschließlich|immer)\s+(?:noch\s+)?auf\s+(?-i:\p{Lu})\p{L}+",
    r"\bab (?:jetzt|sofort)\s+(?:antworte\b|bist du\b|antwortest\b|antworten sie\b)",
    # French
    r"(?<!\bn['’])\b(?:ignore[zr]?|oublie[zr]?)\b[^.]{0,24}\b(?:vos|tes|précédent\w*|antérieur\w*|ci-dessus|toutes les)\b[^.]{0,16}\b(?:instructions|consignes|règles|directives)\b",
    r"\b(?:instructions|consignes|règles|directives)\s+(?:précédentes|antérieures)\b[^.]{0,24}\b(?:ignore|oublie)",
    r"(?<!\bn['’])\b(?:ignore[zr]?|oublie[zr]?)\b[^.]{0,12}\b(?:instructions|consignes|règles|directives)\s+(?:précédentes|antérieures|ci-dessus)",
    r"\b(?:invite|prompt) (?:du )?système\b|\b(?:votre|ton|le) prompt\b",
    r"\b(?:en tant qu['’]|tu es (?:maintenant )?une? |vous êtes (?:maintenant )?une? )(?:IA|intelligence artificielle|assistant virtuel|modèle de langage|chatbot)\b",
    r"\b(?:répond[sz]?|répondez|parle[zr]?)\s+(?:toujours\s+)?(?:uniquement|exclusivement|seulement|toujours)\s+en\s+\p{L}+(?=[\s.,!:]|$)",
    # Spanish
    r"(?<!\bno )\b(?:ignor[ae]|ignoren|olvid[ae]|olvídate de|haz caso omiso de)\b[^.]{0,24}\b(?:tus|sus|anteriores|previas)\b[^.]{0,16}\b(?:instrucciones|reglas|órdenes)\b",
    r"(?<!\bno )\b(?:ignor[ae]|olvid[ae])\b[^.]{0,16}\b(?:instrucciones|reglas|órdenes)\s+(?:anteriores|previas)",
    r"\bprompt (?:del|de) sistema\b|\btu prompt\b",
    r"\b(?:como|eres (?:ahora )?|ahora eres )\s*una?\s+(?:IA|inteligencia artificial|modelo de lenguaje|chatbot)\b",
    r"\b(?:responde|contesta|habla|responda|conteste)\s+(?:siempre\s+)?(?:solo|sólo|solamente|únicamente|exclusivamente|siempre)\s+en\s+\p{L}+",
    # Portuguese
    r"(?<!\bnão )\b(?:ignor[ae]|esqueça|esquece|desconsidere)\b[^.]{0,24}\b(?:suas|tuas|anteriores|prévias)\b[^.]{0,16}\b(?:instruções|regras|ordens)\b",
    r"(?<!\bnão )\b(?:ignor[ae]|esqueça|esquece|desconsidere)\b[^.]{0,16}\b(?:instruções|regras|ordens)\s+(?:anteriores|prévias)",
    r"\bprompt (?:do|de) sistema\b|\b(?:seu|teu) prompt\b",
    r"\b(?:como|você é (?:agora )?|agora você é )\s*uma?\s+(?:IA|inteligência artificial|modelo de linguagem|chatbot)\b",
    r"\b(?:responda|responde|fale)\s+(?:sempre\s+)?(?:apenas|somente|só|exclusivamente|sempre)\s+em\s+\p{L}+",
    # Italian
    r"(?<!\bnon )\b(?:ignora|ignorate|ignori|dimentica|dimenticate)\b[^.]{0,24}\b(?:tue|vostre|precedenti)\b[^.]{0,16}\b(?:istruzioni|regole|direttive)\b",
    r"(?<!\bnon )\b(?:ignora|ignorate|dimentica)\b[^.]{0,16}\b(?:istruzioni|regole|direttive)\s+precedenti",
    r"\bprompt di sistema\b|\b(?:tuo|vostro) prompt\b",
    r"\b(?:come|sei (?:ora )?|ora sei )\s*un['’]?a?\s*(?:IA|intelligenza artificiale|modello linguistico|chatbot)\b",
    r"\b(?:rispondi|rispondete|risponda|parla)\s+(?:sempre\s+)?(?:solo|soltanto|solamente|esclusivamente|sempre)\s+in\s+\p{L}+",
    # Dutch
    r"\b(?:negeer|vergeet)\b(?! niet)[^.]{0,24}\b(?:je|jouw|uw|vorige|eerdere|voorgaande)\b[^.]{0,16}\b(?:instructies|regels|opdrachten)\b",
    r"\bsysteem-?prompt\b|\bjouw prompt\b",
    r"\b(?:als|je bent (?:nu )?|jij bent (?:nu )?)\s*een\s+(?:AI|taalmodel|kunstmatige intelligentie|chatbot)\b",
    r"\b(?:antwoord|spreek)\s+(?:alleen|uitsluitend|altijd)\s+in het\s+(?-i:\p{Lu})\p{L}+",
    # Polish, Czech
    r"\b(?:zignoruj|ignoruj|zapomnij o)\b[^.]{0,24}\b(?:swoje|twoje|poprzednie|wcześniejsze|wszystkie)\b[^.]{0,24}\b(?:instrukcj\w+|polece\w+|zasad\w*)\b",
    r"\b(?:ignoruj|zapomeň na)\b[^.]{0,24}\b(?:své|svoje|tvé|předchozí|všechny)\b[^.]{0,24}\b(?:instrukce|pokyny|pravidla)\b",
    r"\b(?:jako|jesteś|jsi)\s+(?:teraz\s+|teď\s+)?(?:AI|sztuczna inteligencja|model\w* językow\w+|umělá inteligence|jazykový model|chatbot\w*)\b",
    r"\b(?:odpowiadaj|odpovídej)\s+(?:tylko|wyłącznie|zawsze|pouze|jen|vždy)\s+(?:po\s+\p{L}+|\p{L}+sky|\p{L}+cky)",
    # Russian
    r"\b(?:игнорируй\w*|проигнорируй\w*|забудь\w*)\b[^.]{0,24}\b(?:свои|твои|ваши|все|предыдущие|прежние)\b[^.]{0,24}\b(?:инструкци\w+|указани\w+|правила)",
    r"\bсистемн\w+ (?:промпт\w*|подсказк\w+)|\bсво[йи] промпт",
    r"\b(?:как|ты(?: теперь)?(?: —| -)?|вы(?: теперь)?(?: —| -)?)\s+(?:ИИ|искусственный интеллект|языковая модель|чат-?бот)\b",
    r"\b(?:отвечай|отвечайте|говори)\s+(?:только|исключительно|всегда)\s+(?:на\s+\p{L}+|по-\p{L}+)",
    # Turkish
    r"\b(?:önceki|yukarıdaki|tüm)\b[^.]{0,24}\b(?:talimat\w*|kural\w*)\b[^.]{0,12}\b(?:yok say\w*|unut\w*|görmezden gel\w*|dikkate alma)\b",
    r"\bsistem (?:istemi\w*|promptu\w*)\b",
    r"\bbir (?:yapay zek[âa]|dil modeli|sohbet botu)(?:sın|sınız| olarak)",
    r"\b(?:sadece|yalnızca|her zaman)\s+\p{L}+(?:ca|ce|ça|çe)\s+(?:cevap ver|yanıt ver|yanıtla|konuş)",
    # Arabic, Persian
    r"تجاهل[يوا]*\s[^.]{0,24}(?:تعليمات|التعليمات|القواعد|الأوامر)[^.]{0,16}(?:السابقة|أعلاه|ك\b)|تجاهل[يوا]*\s[^.]{0,12}(?:تعليماتك|قواعدك|تعليماتكم)",
    r"(?:بصفتك|باعتبارك|كونك|أنت(?: الآن)?)\s+(?:ذكاءً? اصطناعي|نموذج لغ|روبوت|مساعد(?:ًا)? (?:ذكي|افتراضي))|موجه النظام",
    r"(?:أجب|أجيبوا|رد|تحدث)\s+(?:فقط|دائمًا|دائما)\s+(?:بال|باللغة)|(?:أجب|رد|تحدث)\s+(?:بال|باللغة ال)\p{L}+\s+فقط",
    r"(?:دستورالعمل|دستورات|دستورهای|قوانین)[^.]{0,16}(?:قبلی|خود|بالا)[^.]{0,16}(?:نادیده بگیر|فراموش کن)",
    # Chinese
    r"(?<!不要|请勿|別|别|切勿)(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会)[^。]{0,12}(?:之前|以前|以上|上述|先前|前面|你的|您的)[^。]{0,8}(?:指令|指示|提示|规则|規則|设定|設定)",
    r"系统提示词?|系統提示詞?|(?:你的|您的)提示词",
    r"(?:作为|作為|身为|你是|你现在是|你現在是)[^。]{0,4}(?:人工智能|人工智慧|AI|语言模型|語言模型|聊天机器人|聊天機器人)",
    r"(?<!我们|我們|本店|客服|[我他她])(?:只|仅|僅|必须|必須|一律|始终)(?:能|用|使用|以|能用)\p{Han}{1,4}(?:语|文|語)(?:来)?(?:回答|回复|回覆|作答)",
    r"从现在(?:开始|起)[^。]{0,6}(?:你|回答|回复)|從現在(?:開始|起)[^。]{0,6}(?:你|回答|回覆)",
    # Japanese
    r"(?:これまで|以前|上記|前|あなた)の(?:すべての|全ての)?(?:指示|命令|ルール|プロンプト|設定)[^。]{0,8}(?:無視|忘れ|破棄)",
    r"システムプロンプト",
    r"(?:あなたは|君は|お前は)[^。]{0,8}(?:AI|人工知能|言語モデル|チャットボット)|(?:AI|言語モデル|人工知能)として",
    r"(?:\p{Han}|\p{Katakana}|ー){1,6}語(?:のみ|だけ)で(?:回答|返答|返信|答え)",
    # Korean
    r"(?:이전|위|앞|당신)의?\s*(?:모든\s*)?(?:지시|명령|규칙|지침|프롬프트)[^.]{0,12}(?:무시|잊)",
    r"시스템\s*프롬프트|(?:당신은|너는)[^.]{0,8}(?:AI|인공지능|언어\s*모델|챗봇)|(?:AI|인공지능|언어\s*모델)로서",
    r"\p{Hangul}{1,5}어로만\s*(?:답|대답|응답)",
    # Hindi
    r"(?:पिछले|पहले के|अपने|ऊपर के)[^।]{0,16}(?:निर्देश\p{M}*|नियम\p{M}*)[^।]{0,16}(?:अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल)",
    r"सिस्टम प्रॉम्प्ट|आप एक (?:एआई|AI|भाषा मॉडल|चैटबॉट)|(?:केवल|सिर्फ़|सिर्फ)\s+\S+\s+में\s+(?:ही\s+)?(?:जवाब|उत्तर) द",
    # Vietnamese, Indonesian and Malay
    r"\b(?:bỏ qua|phớt lờ|quên)\b[^.]{0,24}\b(?:hướng dẫn|chỉ dẫn|chỉ thị|lệnh|quy tắc)\b[^.]{0,12}\b(?:trước|của bạn|ở trên)\b",
    r"\b(?:là|bạn là)\s+(?:một\s+)?(?:AI|trí tuệ nhân tạo|mô hình ngôn ngữ|chatbot)\b|\bchỉ trả lời bằng tiếng\b",
    r"\b(?:abaikan|lupakan)\b[^.]{0,24}\b(?:instruksi|perintah|aturan|arahan|peraturan)\b[^.]{0,16}\b(?:sebelumnya|anda|kamu|di atas|terdahulu)\b",
    r"\b(?:sebagai|anda adalah|kamu adalah)\s+(?:sebuah\s+|seorang\s+)?(?:AI|kecerdasan buatan|model bahasa|chatbot)\b|\b(?:jawab|jawablah|balas)\s+hanya\s+dalam\s+bahasa\b",
)  # fmt: skip


def _any_of(*patterns: str) -> "regex.Pattern[str]":
    return regex.compile("|".join(f"(?:{one})" for one in patterns), regex.IGNORECASE | regex.DOTALL)


_BETWEEN_MARKS = _any_of(*_MARK_PAIRS)
_TRICK = _any_of(*_MARKS, *_ENGLISH, *_OTHERS)
# Characters without a look of their own, with which words are broken up. The joiners that Indian scripts and Persian
# need are among them: they are dropped only for this look.
_UNSEEN = regex.compile(r"\p{Cf}")


def is_trick(sentence: str) -> bool:
    """Tell whether a sentence, or a heading, speaks to a model or carries marks of a model's template."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", sentence))
    return _TRICK.search(plain.strip()) is not None


def without_tricks(text: str) -> tuple[str, int]:
    """Return a text without the sentences that speak to a model, and how many were left out.

    Everything between a pair of template marks goes as one. Line breaks stay where they were, so that paragraphs and
    lists keep their shape. A text with nothing of the kind comes back unchanged. Never raises.
    """
    rest, dropped = _BETWEEN_MARKS.subn("", text)
    kept: list[str] = []
    for part in split_sentences(rest):
        if is_trick(part):
            dropped += 1
            kept.append(part[len(part.rstrip("\n")) :])
        else:
            kept.append(part)
    return ("".join(kept).strip(), dropped) if dropped else (text, 0)
