"""How mail programs quote and sign in the languages they are used in: what the person wrote is left, whole and alone."""

import pytest

from nextcall.channels.inbound.html_text import text_of
from nextcall.channels.inbound.new_words import split

# ruff: noqa: E501
QUOTES = {
    "Gmail in Spanish": "El mar, 24 nov 2026 a las 7:55, Ann Reyes (<ann@harbor.example>) escribió:\n\n> Hola Hazel",
    "Gmail in French": "Le mar. 24 nov. 2026 à 07:55, Ann Reyes <ann@harbor.example> a écrit :\n\n> Bonjour",
    "Gmail in German": "Am Di., 24. Nov. 2026 um 07:55 Uhr schrieb Ann Reyes <\nann@harbor.example>:\n\n> Hallo",
    "Gmail in Portuguese": "Em ter., 24 de nov. de 2026 às 07:55, Ann Reyes <ann@harbor.example>\nescreveu:\n\n> Olá",
    "Gmail in Italian": "Il giorno mar 24 nov 2026 alle ore 07:55 Ann Reyes <ann@harbor.example> ha scritto:\n\n> Ciao",
    "Gmail in Dutch": "Op di 24 nov 2026 om 07:55 schreef Ann Reyes <ann@harbor.example>:\n\n> Hallo",
    "Gmail in Chinese": "Ann Reyes <ann@harbor.example> 于2026年11月24日周二 07:55写道：\n\n> 你好",
    "Gmail in Taiwan": "Ann Reyes <ann@harbor.example> 於 2026年11月24日 週二 上午7:55寫道：\n\n> 你好",
    "Gmail in Japanese": "2026年11月24日(火) 7:55 Ann Reyes <ann@harbor.example>:\n\n> こんにちは",
    "Gmail in Korean": "2026년 11월 24일 (화) 오전 7:55, Ann Reyes <ann@harbor.example>님이 작성:\n\n> 안녕하세요",
    "Gmail in Polish": "wt., 24 lis 2026 o 07:55 Ann Reyes <ann@harbor.example> napisał(a):\n\n> Cześć",
    "Gmail in Russian": "вт, 24 нояб. 2026 г. в 07:55, Ann Reyes <ann@harbor.example>:\n\n> Привет",
    "Gmail in Turkish": "Ann Reyes <ann@harbor.example>, 24 Kas 2026 Sal, 07:55 tarihinde şunu yazdı:\n\n> Merhaba",
    "Gmail in Swedish": "Den tis 24 nov. 2026 kl 07:55 skrev Ann Reyes <ann@harbor.example>:\n\n> Hej",
    "Gmail in Norwegian": "tir. 24. nov. 2026 kl. 07:55 skrev Ann Reyes <ann@harbor.example>:\n\n> Hei",
    "Gmail in Czech": "út 24. 11. 2026 v 7:55 odesílatel Ann Reyes <ann@harbor.example> napsal:\n\n> Ahoj",
    "Gmail in Vietnamese": "Vào Th 3, 24 thg 11, 2026 vào lúc 07:55 Ann Reyes <ann@harbor.example> đã viết:\n\n> Chào",
    "Gmail, years ago": "2026/11/24 Ann Reyes <ann@harbor.example>\n\n> Hi Hazel",
    "Apple Mail in Spanish": "> El 24 nov 2026, a las 7:55, Ann Reyes <ann@harbor.example> escribió:\n> \n> Hola",
    "Apple Mail in French": "Le 24 nov. 2026 à 07:55, Ann Reyes <ann@harbor.example> a écrit :\n\n> Bonjour",
    "Apple Mail in Dutch": "Op 24 nov. 2026 om 07:55 heeft Ann Reyes <ann@harbor.example> het volgende geschreven:\n\n> Hallo",
    "Apple Mail in Italian": "Il giorno 24 nov 2026, alle ore 07:55, Ann Reyes <ann@harbor.example> ha scritto:\n\n> Ciao",
    "Apple Mail in Chinese": "在 2026年11月24日，07:55，Ann Reyes <ann@harbor.example> 写道：\n\n> 你好",
    "Outlook in German": "Von: Ann Reyes <ann@harbor.example>\nGesendet: Dienstag, 24. November 2026 07:55\nAn: Hazel Thorne <hazel@example.com>\nBetreff: Ihr Termin\n\nHallo Hazel",
    "Outlook in Portuguese": "De: Ann Reyes <ann@harbor.example>\nEnviada em: terça-feira, 24 de novembro de 2026 07:55\nPara: Hazel\nAssunto: Sua visita\n\nOlá",
    "Outlook in Italian": "Da: Ann Reyes <ann@harbor.example>\nInviato: martedì 24 novembre 2026 07:55\nA: Hazel\nOggetto: La visita\n\nCiao",
    "Outlook in Dutch": "Van: Ann Reyes <ann@harbor.example>\nVerzonden: dinsdag 24 november 2026 07:55\nAan: Hazel\nOnderwerp: Bezichtiging\n\nHallo",
    "Outlook in Chinese": "发件人: Ann Reyes <ann@harbor.example>\n发送时间: 2026年11月24日 7:55\n收件人: Hazel\n主题: 看房\n\n你好",
    "Outlook on the web": "________________________________\nFrom: Ann Reyes <ann@harbor.example>\nSent: Tuesday, November 24, 2026 7:55 AM\nTo: Hazel Thorne <hazel@example.com>\nSubject: Your tour\n\nHi Hazel",
    "Outlook on a phone": "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Ann Reyes <ann@harbor.example>\nSent: Tuesday, November 24, 2026 7:55:12 AM\nTo: Hazel\nSubject: Your tour\n\nHi Hazel",
    "Outlook on a German phone": "Outlook für Android beziehen<https://aka.ms/AAb9ysg>\n________________________________\nVon: Ann Reyes <ann@harbor.example>\nGesendet: Tuesday, November 24, 2026 7:55:12 AM\nAn: Hazel\nBetreff: Termin\n\nHallo",
    "Windows Mail": "Sent from Mail for Windows\n\nFrom: Ann Reyes\nSent: Tuesday, November 24, 2026 7:55 AM\nTo: Hazel\nSubject: Your tour\n\nHi Hazel",
    "Hotmail": "Date: Tue, 24 Nov 2026 07:55:12 -0700\nSubject: Your tour\nFrom: ann@harbor.example\nTo: hazel@example.com\n\nHi Hazel",
    "GMX": 'Gesendet: Dienstag, 24. November 2026 um 07:55 Uhr\nVon: "Ann Reyes" <ann@harbor.example>\nAn: hazel@example.com\nBetreff: Ihr Termin\n\nHallo Hazel',
    "Yahoo": "On Tuesday, November 24, 2026 at 07:55:12 AM MST, Ann Reyes <ann@harbor.example> wrote:\n\nHi Hazel",
    "Yahoo on a phone": "Sent from Yahoo Mail for iPhone\n\nOn Tuesday, November 24, 2026, 7:55 AM, Ann Reyes <ann@harbor.example> wrote:\n\nHi Hazel",
    "Yahoo on a phone, as it advertises": "Yahoo Mail: Search, Organize, Conquer\n\nOn Tue, Nov 24, 2026 at 7:55 AM, Ann Reyes<ann@harbor.example> wrote:   Hi Hazel",
    "Yahoo in Spanish": "El martes, 24 de noviembre de 2026, 07:55:12 GMT-7, Ann Reyes <ann@harbor.example> escribió:\n\nHola",
    "Yahoo, years ago": "--- On Tue, 11/24/26, Ann Reyes <ann@harbor.example> wrote:\n\nFrom: Ann Reyes <ann@harbor.example>\nSubject: Your tour\nTo: hazel@example.com\nDate: Tuesday, November 24, 2026, 7:55 AM\n\nHi Hazel",
    "Proton Mail": "Sent with [Proton Mail](https://proton.me/mail/home) secure email.\n\nOn Tuesday, November 24th, 2026 at 7:55 AM, Ann Reyes <ann@harbor.example> wrote:\n\n> Hi Hazel",
    "Proton Mail on a phone": "Sent from Proton Mail for iOS.\n\n-------- Original Message --------\nOn Tuesday, 11/24/26 at 07:55 Ann Reyes <ann@harbor.example> wrote:\n\nHi Hazel",
    "Samsung": "Sent from my Galaxy\n\n\n-------- Original message --------\nFrom: Ann Reyes <ann@harbor.example>\nDate: 11/24/26 7:55 AM (GMT-07:00)\nTo: hazel@example.com\nSubject: Your tour\n\nHi Hazel",
    "Samsung in German": "Von meinem/meiner Galaxy gesendet\n\n-------- Ursprüngliche Nachricht --------\nVon: Ann Reyes <ann@harbor.example>\nDatum: 24.11.26 07:55 (GMT-07:00)\nAn: hazel@example.com\nBetreff: Termin\n\nHallo",
    "Samsung in French": "Envoyé depuis mon appareil Galaxy\n\n-------- Message d'origine --------\nDe : Ann Reyes <ann@harbor.example>\nDate : 24/11/2026 07:55 (GMT-07:00)\nÀ : hazel@example.com\nObjet : Votre visite\n\nBonjour",
    "Spark": "On Nov 24, 2026 at 7:55 AM -0700, Ann Reyes <ann@harbor.example>, wrote:\nHi Hazel",
    "Android": "---- Ann Reyes wrote ----\n\nHi Hazel",
    "Zoho": "---- On Tue, 24 Nov 2026 07:55:12 -0700 Ann Reyes <ann@harbor.example> wrote ----\n\nHi Hazel",
    "Zoho in Spanish": "---- El mar, 24 nov 2026 07:55:12 -0700 Ann Reyes <ann@harbor.example> escribió ----\n\nHola",
    "Thunderbird": "On 11/24/26 7:55 AM, Ann Reyes wrote:\n> Hi Hazel",
    "Thunderbird in German": "Am 24.11.26 um 07:55 schrieb Ann Reyes:\n> Hallo Hazel",
    "Thunderbird in French": "Le 24/11/2026 à 07:55, Ann Reyes a écrit :\n> Bonjour",
    "a program that names only the writer": "Ann Reyes wrote:\n> Hi Hazel",
    "QQ": '------------------ Original ------------------\nFrom: "Ann Reyes" <ann@harbor.example>;\nDate: Tue, Nov 24, 2026 07:55 AM\nTo: "Hazel"<hazel@example.com>;\nSubject: Your tour\n\nHi Hazel',
    "QQ in Chinese": '------------------ 原始邮件 ------------------\n发件人: "Ann Reyes" <ann@harbor.example>;\n发送时间: 2026年11月24日(星期二) 上午7:55\n收件人: "Hazel"<hazel@example.com>;\n主题: 看房\n\n你好',
    "NetEase": '在 2026-11-24 07:55:12，"Ann Reyes" <ann@harbor.example> 写道：\n\n你好',
    "dates with marks of direction": "From: Ann Reyes\nSent: \u200eTuesday\u200e, \u200eNovember\u200e \u200e24\u200e, \u200e2026 \u200e7\u200e:\u200e55\u200e \u200eAM\nTo: Hazel\n\nHi Hazel",
    "a header block over several lines": "From: Ann Reyes [mailto:\n ann@harbor.example]\nSent: Tuesday, November 24, 2026 7:55 AM\nTo: Hazel\nSubject: Your\n tour\n\nHi Hazel",
    "bold labels": "*From:* Ann Reyes <ann@harbor.example>\n*Sent:* Tuesday, November 24, 2026 7:55 AM\n*To:* Hazel\n*Subject:* Your tour\n\nHi",
    "an attribution in three lines": "On Nov 24, 2026,\nat 7:55 AM,\nAnn Reyes <ann@harbor.example> wrote:\n\n> Hi",
    "a gap in the attribution": "On Tue, Nov 24, 2026 at 7:55 AM Ann Reyes\n\n<\nann@harbor.example\n> wrote:\n\nHi Hazel",
    "T-Online": '-----Original-Nachricht-----\nBetreff: Ihr Termin\nDatum: 2026-11-24T07:55:12-0700\nVon: "Ann" <ann@harbor.example>\nAn: "Hazel" <hazel@example.com>\n\nHallo',
    "mail.ru": ">Вторник, 24 ноября 2026, 7:55 -07:00 от Ann Reyes <ann@harbor.example>:\n> \n>Привет",
    "BlueMail": "\u2063Get BlueMail for Android\n\nOn Nov 24, 2026, at 7:55 AM, Ann <ann@harbor.example> wrote:\n>Hi",
    "Superhuman": "Sent via Superhuman iOS ( https://sprh.mn/?vip=x )\n\n\nOn Tue, Nov 24 2026 at 7:55 AM, Ann Reyes < ann@harbor.example > wrote:\n\n> Hi",
    "Lotus Notes": "From:   Ann Reyes <ann@harbor.example>\nTo:     Hazel Thorne/Denver/Thorne@THORNE\nDate:   11/24/2026 07:55 AM\nSubject:        Your tour\n\n\n\nHi",
    "Outlook in Japanese": "差出人: Ann Reyes <ann@harbor.example>\n送信日時: 2026年11月24日 7:55\n宛先: Hazel\n件名: 内覧\n\nこんにちは",
    "a line to answer above": "-- Please reply above this line --\n\nHi Hazel",
    "a line to answer above, in French": "##- Répondez au-dessus de cette ligne -##\n\nBonjour",
    "a torn link in the quotation": "On Tue, Nov 24, 2026 at 7:55 AM Ann <ann@harbor.example> wrote:\n> See (https://harbor.example/tour?\nid=7)\n> then\n(https://harbor.example/x)\n> Ann",
}


@pytest.mark.parametrize("program", QUOTES)
@pytest.mark.parametrize(
    "words", ["Saturday works.", "Sí, el sábado a las 10.\n\n¿Hay estacionamiento?", "星期六可以。"]
)
def test_the_words_above_a_quotation_are_left_alone(program: str, words: str) -> None:
    found = split(f"{words}\n\n{QUOTES[program]}")
    assert found.new == words
    assert "".join(QUOTES[program].split()) in "".join(found.quoted.split()).replace("\ufeff", "")


SIGNATURES = {
    "a phone": "Sent from my iPhone",
    "a phone with an excuse": "Sent from my mobile phone, please excuse typos.",
    "any phone": "Sent from my Wiko RIDGE 4G",
    "an exclamation": "Sent from my HTC smartphone!",
    "a network": "Sent from my Verizon, Samsung Galaxy smartphone",
    "two languages": "Sent wirelessly from my BlackBerry device on the Bell network.\nEnvoyé sans fil par mon terminal mobile BlackBerry sur le réseau de Bell.",
    "a carrier's gateway": "----------------\nSent via Bell Mobility's Text Messaging service.",
    "a phone in Spanish": "Enviado desde mi iPhone",
    "a phone in Portuguese": "Enviado do meu iPhone",
    "a phone in French": "Envoyé de mon iPhone",
    "a phone in German": "Von meinem iPhone gesendet",
    "a phone in Italian": "Inviato da iPhone",
    "a phone in Dutch": "Verstuurd vanaf mijn iPhone",
    "a phone in Swedish": "Skickat från min iPhone",
    "a phone in Chinese": "发自我的 iPhone",
    "a phone in Japanese": "iPhoneから送信",
    "a phone in Korean": "나의 iPhone에서 보냄",
    "a phone in Turkish": "iPhone'umdan gönderildi",
    "Outlook in French": "Obtenir Outlook pour iOS<https://aka.ms/o0ukef>",
    "Outlook in Spanish": "Obtener Outlook para Android<https://aka.ms/AAb9ysg>",
    "Superhuman": "Sent via Superhuman ( https://sprh.mn/?vip=hazel@example.com )",
    "the usual mark": "-- \nHazel Thorne\n(303) 555-0142",
    "a dash": "—\nHazel Thorne",
    "a rule": "__________________\nHazel Thorne\nThorne Interiors LLC\n(303) 555-0142\nwww.thorne.example",
    "between two rules": "*********************\nHazel Thorne\nhazel@example.com\n*********************",
    "a logo": "[cid:image001.png@01DA1234.5678]",
    "a mailing list": "__\nbuyers mailing list\nbuyers@lists.example.org\nhttps://lists.example.org/buyers",
    "a mailing list's long rule": "_______________________________________________\nbuyers mailing list\nbuyers@lists.example.org\nhttps://lists.example.org/buyers",
    "Google Groups": '-- \nYou received this message because you are subscribed to the Google Groups "buyers" group.\nTo unsubscribe from this group and stop receiving emails from it, send an email to buyers+unsubscribe@example.com.',
    "small print": "This email and any attachments are confidential and intended solely for the addressee. If you have\nreceived it in error please delete it.",
    "small print with its name": "CONFIDENTIALITY NOTICE: The information in this message is privileged.\n\nIf you are not the intended recipient, any disclosure is prohibited.",
    "small print in Spanish": "Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos exclusivamente a su destinatario.",
    "small print in German": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender.",
    "small print in French": "Ce message et ses pièces jointes sont confidentiels et destinés exclusivement à leur destinataire.",
    "trees": "Please consider the environment before printing this email.",
    "a virus scanner": "Virus-free.www.avast.com <https://www.avast.com>",
}


@pytest.mark.parametrize("kind", SIGNATURES)
def test_what_stands_under_the_words_is_folded(kind: str) -> None:
    for below in ("", "\n\nOn Tue, Nov 24, 2026 at 7:55 AM Ann <ann@harbor.example> wrote:\n> Hi Hazel"):
        found = split(f"Saturday works.\n\nThanks,\nHazel\n\n{SIGNATURES[kind]}{below}")
        assert found.new == "Saturday works.\n\nThanks,\nHazel"
        assert SIGNATURES[kind].split("\n")[-1].strip() in found.quoted


THEIR_WORDS = [
    "Here is what I need:\n\n----\n\n1. Three bedrooms\n2. A garden\n\n----\n\nNothing else matters to us.\n\n====\n\nCall me at noon tomorrow.",
    "Rooms we need\n-------------\nKitchen 10x12\nBedroom 12x12\nBath 5x8\n\nCan you find something like that?",
    "-- first point\n-- second point\n\nThanks!",
    "Sent from my desk, it is easier than on my mobile phone.",
    "Sent via email yesterday, did you get it?",
    "Enviado de nuevo el contrato",
    "We are moving.\n\nFrom: Denver\nTo: Boulder\nDate: May 5",
    "The time would be\n\nDate: Wednesday 3, October\nTime: 7:00am\nAddress: 130 Fox St\n\nPlease come.",
    "Visit us now\n>>> our house <<<\nor call",
    "This email was sent from our old account, use this one.",
    "This message is for Ann, please pass it on.",
    "Disclaimer",
    "从我的角度看，这个价格太高了",
    "I already wrote: call me.\nOn Sunday I am away",
    "Hazel Thorne\n(303) 555-0142\ncall me there",
    "The original: 450k\nThe subject: a house",
    "line one\n\n\n\nline two",
    "On May 5, 2026 we closed on the old house, and Ann wrote down the price",
]


@pytest.mark.parametrize("text", THEIR_WORDS)
def test_what_people_write_themselves_stays(text: str) -> None:
    assert split(text).new == text


def test_a_line_to_answer_above_hides_nothing_where_nothing_stands_above_it() -> None:
    text = "##- Please type your reply above this line -##\n\nWe have your request."
    assert "We have your request." in split(text).new


def test_words_on_the_line_of_the_attribution_are_kept() -> None:
    quoted = "On Wed, Nov 25, 2026 at 3:59 PM, Ann <ann@harbor.example> wrote:\n> Hi"
    assert split(f"yes {quoted}").new == "yes"
    assert split(f"first - second--- {quoted}").new == "first - second"


def test_words_right_above_an_attribution_that_begins_with_a_name_are_kept() -> None:
    found = split("call me at 5\nAnn Reyes <ann@harbor.example> schrieb am 24.11.2026 um 07:55:\n> Hallo")
    assert found.new == "call me at 5"


def test_words_below_the_mark_of_a_phone_are_kept_where_nothing_stands_above() -> None:
    assert split("Sent from my iPhone\n\nYes, Saturday works").new == "Yes, Saturday works"


def test_a_postscript_is_theirs_wherever_it_stands() -> None:
    assert split("ok\n\nSent from my iPhone\n\nPS bring the keys").new == "ok\n\nPS bring the keys"


def test_a_mail_that_is_only_a_mark_has_no_words() -> None:
    assert split("Sent from my iPhone").new == ""


HTML = {
    "Outlook": '<div>Saturday works.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ann<br><b>Sent:</b> Tuesday</div><div>Hi Hazel</div>',
    "Outlook desktop": '<p class="MsoNormal">Saturday works.<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> Ann Reyes &lt;ann@harbor.example&gt;<br><b>Sent:</b> Tuesday, November 24, 2026 7:55 AM<br><b>To:</b> Hazel<br><b>Subject:</b> Your tour</p></div><p>Hi Hazel</p>',
    "Outlook for Mac": '<div>Saturday works.</div><span id="OLK_SRC_BODY_SECTION"><div><span>From: </span>Ann</div><div>Hi Hazel</div></span>',
    "Hotmail": "<div>Saturday works.<br><br><hr>Date: Tue, 24 Nov 2026 07:55:12 -0700<br>To: hazel@example.com<br>From: ann@harbor.example<br>Subject: Your tour<br><br>Hi</div>",
    "Yahoo": '<div>Saturday works.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Tuesday, Ann wrote:</div><div>Hi Hazel</div></div>',
    "Proton Mail": '<div>Saturday works.</div><div class="protonmail_signature_block"><div>Sent with <a href="https://proton.me/">Proton Mail</a> secure email.</div></div><div class="protonmail_quote">On Tuesday, Ann wrote:<blockquote>Hi</blockquote></div>',
    "Apple Mail": '<html><body>Saturday works.<br><div dir="ltr">Sent from my iPhone</div><div><br><blockquote type="cite">On Nov 24, 2026, at 7:55 AM, Ann &lt;ann@harbor.example&gt; wrote:<br><br></blockquote></div><blockquote type="cite">Hi Hazel</blockquote></body></html>',
    "Gmail with a signature": '<div dir="ltr">Saturday works.<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">Hazel Thorne<br>Thorne Interiors</div></div><br><div class="gmail_quote"><div class="gmail_attr">On Tue Ann wrote:<br></div><blockquote class="gmail_quote">Hi</blockquote></div>',
    "Gmail, a signature without its mark": '<div dir="ltr">Saturday works.<div><br></div><div class="gmail_signature" data-smartmail="gmail_signature">Hazel Thorne<br>Thorne Interiors</div></div>',
    "Thunderbird": '<p>Saturday works.</p><div class="moz-cite-prefix">On 11/24/26 7:55 AM, Ann Reyes wrote:<br></div><blockquote type="cite" cite="mid:1">Hi</blockquote><pre class="moz-signature">-- \nHazel</pre>',
    "Samsung": '<div dir="auto">Saturday works.</div><div id="composer_signature" dir="auto">Sent from my Galaxy</div><div dir="auto"><br></div><div><br></div><div>-------- Original message --------</div><div>From: Ann &lt;ann@harbor.example&gt;</div><div>Date: 11/24/26 7:55 AM</div><div>To: Hazel</div><div>Subject: Your tour</div><div>Hi</div>',
    "Spark": '<div name="messageBodySection">Saturday works.</div><div name="messageSignatureSection">Hazel<br>Sent with Spark</div><div name="messageReplySection">On Nov 24, 2026 at 7:55 AM -0700, Ann &lt;ann@harbor.example&gt;, wrote:<br><blockquote>Hi</blockquote></div>',
}  # fmt: skip


def test_words_between_gmails_quotations_are_kept() -> None:
    html = '<div dir="ltr">See below</div><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">On Tue, Nov 24, 2026 at 7:55 AM Ann &lt;<a href="mailto:a@b.example">a@b.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote">When?</blockquote><div>Saturday</div><blockquote class="gmail_quote">Where?</blockquote><div>At noon</div></div>'
    assert split(text_of(html)).new == "See below\n\nSaturday\n\nAt noon"


def test_what_gmail_forwards_is_folded() -> None:
    html = '<div dir="ltr">mira<br><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>De: Bob &lt;b@c.example&gt;<br>Date: mar<br></div><br><div>Hola</div></div></div>'
    assert split(text_of(html)).new == "mira"


@pytest.mark.parametrize("program", HTML)
def test_html_of_every_program_is_read(program: str) -> None:
    assert split(text_of(HTML[program])).new == "Saturday works."
