"""What the columns of a table are for, by their names in any of the 29 languages."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dragoman.languages.registry import LANGUAGES, match_tag


class Role(StrEnum):
    """What a column of a table of questions and answers holds."""

    QUESTION = "question"
    ANSWER = "answer"
    TITLE = "title"
    TOPIC = "topic"
    URL = "url"
    LANGUAGE = "language"


# In the order of the registry: zh en de fr es pt it nl ru cs pl ar fa he tr ja ko vi th id ms lo my ceb km tl hi bn ur.
_NAMES = {
    Role.QUESTION: "问题|問題|提问|question|questions|faq|q|query|prompt|frage|fragen|pregunta|preguntas|pergunta|perguntas|domanda|domande"
    "|vraag|vragen|вопрос|вопросы|otázka|otázky|pytanie|pytania|سؤال|السؤال|پرسش|שאלה|soru|sorular|質問|질문|câu hỏi|คำถาม"
    "|pertanyaan|soalan|ຄຳຖາມ|မေးခွန်း|pangutana|សំណួរ|tanong|प्रश्न|सवाल|প্রশ্ন|سوال",
    Role.ANSWER: "答案|回答|答复|answer|answers|a|reply|response|antwort|antworten|réponse|réponses|reponse|respuesta|respuestas|resposta"
    "|respostas|risposta|risposte|antwoord|antwoorden|ответ|ответы|odpověď|odpovědi|odpowiedź|odpowiedzi|جواب|الجواب|إجابة|الإجابة|پاسخ"
    "|תשובה|cevap|yanıt|回答|답변|câu trả lời|trả lời|คำตอบ|jawaban|jawapan|ຄຳຕອບ|အဖြေ|tubag|ចម្លើយ|sagot|उत्तर|जवाब|উত্তর|جواب",
    Role.TITLE: "标题|title|titel|titre|título|titolo|заголовок|název|tytuł|عنوان|العنوان|כותרת|başlık|タイトル|제목|tiêu đề|ชื่อเรื่อง|judul|tajuk"
    "|ຫົວຂໍ້|ခေါင်းစဉ်|titulo|ចំណងជើង|pamagat|शीर्षक|শিরোনাম|name",
    Role.TOPIC: "主题|类别|分类|topic|category|section|thema|kategorie|catégorie|sujet|tema|categoría|categoria|argomento|onderwerp|categorie"
    "|тема|категория|téma|temat|kategoria|موضوع|الموضوع|فئة|נושא|konu|kategori|トピック|カテゴリ|주제|분류|chủ đề|หัวข้อ|หมวดหมู่|topik|ໝວດ"
    "|အကြောင်းအရာ|hilisgutan|ប្រធានបទ|paksa|विषय|বিষয়|intent",
    Role.URL: "网址|链接|url|link|address|source_url|lien|enlace|ligação|collegamento|ссылка|odkaz|adres|رابط|پیوند|קישור|bağlantı|リンク|링크"
    "|liên kết|ลิงก์|tautan|pautan|href|web page|page",
    Role.LANGUAGE: "语言|language|lang|locale|sprache|langue|idioma|lingua|taal|язык|jazyk|język|لغة|اللغة|زبان|שפה|dil|言語|언어|ngôn ngữ|ภาษา"
    "|bahasa|ພາສາ|ဘာသာစကား|pinulongan|ភាសា|wika|भाषा|ভাষা",
}  # fmt: skip


def normal(name: str) -> str:
    """Return a name as names are compared: in one form, small, without signs at its ends."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split()).strip(" :*.#")


_ROLES = {normal(name): role for role, names in reversed(_NAMES.items()) for name in names.split("|")}
_BY_NAME = {
    normal(name): one.code for one in LANGUAGES.values() for name in (one.english, one.own, one.chinese)
}
# As in question_de, question-de, question (de), question [German], question: de.
_WITH_LANGUAGE = re.compile(
    r"(?P<name>.+?)\s*(?:[\[(（:/ -]|\s)\s*(?P<language>[^\[\]()（）:/]+?)\s*[\])）]?"
)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column is for; `language` is the code of the language that its name tells, or None."""

    role: Role | None
    language: str | None = None


def column_of(name: str) -> Column:
    """Return what a column of this name is for."""
    plain = normal(name)
    if plain in _ROLES:
        return Column(_ROLES[plain])
    found = _WITH_LANGUAGE.fullmatch(plain)
    if found:
        role, language = _ROLES.get(normal(found["name"])), language_named(found["language"])
        if role and language:
            return Column(role, language)
    return Column(None)


def language_named(name: str) -> str | None:
    """Return the code of the language that a tag (`de-AT`) or a name (`German`, `Deutsch`, `德语`) names, or None."""
    return _BY_NAME.get(normal(name)) or match_tag(name.strip())


def is_curated(header: Sequence[str]) -> bool:
    """Tell whether a table is one of curated answers: it says of each whether it is approved."""
    return "status" in map(normal, header)


def is_topics(header: Sequence[str]) -> bool:
    """Tell whether a table names topics: `topic` first, then only languages."""
    first, *others = map(normal, header)
    return first == "topic" and bool(others) and all(match_tag(name) == name for name in others)
