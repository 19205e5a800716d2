# SPDX-License-Identifier: GPL-3.0-or-later
"""First texts are rendered and measured in SQL, under the conversation's lock; everything else by common/rules. Both
handle the same texts here: the size computed when a template is saved is the size that is sent."""

import json
import random
import subprocess

from harness import server as harness_server
from harness import services

ALPHABETS = [
    "abcXYZ 019.,!?", "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r", "\f^{}\\[~]|€", "ç`’“”–…\t", "жЖюЮ王芳", "😀👍🏽🇺🇸",
    "ABCDEF'- ÁÉÑŽ", "{first_name}", "{}{{}}",
]


def texts():
    """Texts of each alphabet, mixtures, and lengths around each segment limit."""
    draw = random.Random(7)
    yield from ("", "ROSA", "O'NEIL-SMITH", "de la Cruz", "ÁNGEL ÑUÑEZ", "JEAN_LUC 3RD", "ЖАННА", "STRAßE", "İSTANBUL")
    for border in (70, 134, 153, 160, 201, 306, 459):
        for one in ("a", "€", "ж", "😀"):
            for spare in range(-2, 3):
                yield "a" * draw.randrange(3) + one * (border // (2 if one in "€😀" else 1) + spare)
    for _ in range(600):
        letters = "".join(draw.sample(ALPHABETS, draw.randint(1, 3)))
        yield "".join(draw.choice(letters) for _ in range(draw.randint(0, 200)))
    naughty = services.ROOT.parent / "shared" / "data" / "text-torture" / "blns.json"
    if naughty.exists():
        yield from json.loads(naughty.read_text())


def test_sql_and_the_program_make_the_same_texts(db):
    templates = ["Hi {first_name}!", "Hi {first_name|you} of {city|a|b}, {nobody|x}{city|}", "{first_name}{first_name}", "{city} {first_name", "a } b {nobody}{first_name}}"]
    given = [{"text": text, "template": templates[i % len(templates)]} for i, text in enumerate(texts()) if "\0" not in text]
    program = harness_server.binary().parent.parent / "tests" / "unit" / "text-rules-driver"
    made = subprocess.run([str(program)], input="".join(json.dumps(each) + "\n" for each in given), text=True,
                          capture_output=True, check=True)
    by_program = [json.loads(line) for line in made.stdout.split("\n") if line]
    by_sql = db.value(
        "SELECT jsonb_agg(jsonb_build_object('encoding', l.encoding, 'units', l.units, 'segments', l.segments, "
        "'name', text_name(g.item ->> 'text'), 'rendered', text_render(g.item ->> 'template', "
        "jsonb_build_object('first_name', g.item -> 'text'))) ORDER BY g.ord) "
        "FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY g (item, ord) "
        "CROSS JOIN LATERAL text_length(g.item ->> 'text') l", json.dumps(given))
    assert len(given) > 700 and len(by_program) == len(by_sql) == len(given)
    different = [(each, c, sql) for each, c, sql in zip(given, by_program, by_sql) if c != sql]
    assert not different, different[:5]
