"""Sentences with a number against the figures: the 600,000 case, and its kin."""

from __future__ import annotations

import pytest

from isthmus.data.ages import shipped_figures
from isthmus.data.claims import judge, read_sentence, read_statements
from isthmus.data.figures import Figures
from isthmus.errors import InputError, SpecError


@pytest.fixture(scope="module")
def figures():
    return Figures(tuple(row for table in shipped_figures().values() for row in table.rows))


@pytest.mark.parametrize(
    ("text", "answer", "words"),
    [
        ("Over 600,000 Chinese have sought asylum since 2012.", "a stock summed over years", "613,532"),
        ("More than 600 000 Chinese nationals sought asylum since 2012", "a stock summed over years", "309,666"),
        ("730,000 Chinese nationals sought asylum since 2012", "a stock summed over years", "732,008"),
        ("About 310,000 Chinese nationals sought asylum between 2012 and 2023", "supported", "309,666"),
        ("1.2 million Chinese sought asylum since 2012", "not supported", "-74%"),
        ("In 2023 about 50,000 Chinese entered Ecuador", "supported", "48,381"),
        ("24,000 Chinese left Ecuador in 2023", "supported", "24,240"),
        ("More than 25,000 Chinese crossed the Darién in 2023", "supported", "25,565"),
        ("Fewer than 20,000 Chinese crossed the Darién in 2023", "not supported", "25,565"),
        ("520 thousand people crossed the Darien in 2023", "supported", "520,085"),
        ("10,171 people from China crossed the Darién in the first five months of 2024", "supported", "10,171"),
        ("37,000 Chinese nationals were encountered at the US border in 2023", "supported", "37,439"),
        ("About 130,000 Chinese asylum claims were pending at the end of 2023", "roughly supported", "137,143"),
        ("Más de 25.000 ciudadanos chinos cruzaron el Darién en 2023", "supported", "25,565"),
        ("Unas 520 mil personas cruzaron el Darién durante 2023", "supported", "520,085"),
        ("Más de 600.000 chinos han pedido asilo desde 2012", "a stock summed over years", "613,532"),
        ("Cerca de 1,2 millones de chinos pidieron asilo desde 2012", "not supported", "-74%"),
        ("En 2023 unos 50.000 chinos entraron a Ecuador", "supported", "48,381"),
        ("24.000 chinas y chinos salieron de Ecuador en 2023", "supported", "24,240"),
        ("10.171 personas de China cruzaron el Darién en los primeros cinco meses de 2024", "supported", "10,171"),
        ("37.000 encuentros con ciudadanos chinos en la frontera de Estados Unidos en 2023", "supported", "37,439"),
        ("Unas 130.000 solicitudes de asilo de chinos estaban pendientes a finales de 2023", "roughly supported", "137,143"),
        ("5,000 Uzbek nationals crossed the Darién in 2023", "cannot be checked", "isthmus data update"),
        ("5,000 Chinese crossed the Darién in 1999", "cannot be checked", "no figures for 1999"),
    ],
)
def test_verdicts(figures, text, answer, words):
    verdict = judge(read_sentence(text), figures)
    shown = f"{verdict.reason} {' '.join(f'{e.value:,.0f}' for e in verdict.evidence)}"
    assert (verdict.answer, words in shown) == (answer, True), shown
    for evidence in verdict.evidence:
        assert evidence.source
        assert evidence.points


@pytest.mark.parametrize(
    ("text", "number", "bound", "group", "first", "last"),
    [
        ("Over 600,000 Chinese have sought asylum since 2012", 600_000, "at least", "CHN", "2012", None),
        ("Up to 1.5 million Venezuelans crossed the Darién from 2021 to 2023", 1_500_000, "at most", "VEN", "2021", "2023"),
        ("In March 2024, 36k people crossed the Darién", 36_000, "about", "ALL", "2024-03", "2024-03"),
        ("1.234 nationals of Sri Lanka entered Ecuador, 2022-2023", 1234, "about", "LKA", "2022", "2023"),
        ("No more than 1,234.5 thousand Cubans crossed the Darién in 2023", 1_234_500, "at most", "CUB", "2023", "2023"),
        (
            "Menos de 1.234,5 millones de personas cruzaron el Darién de enero de 2022 a mayo de 2024",
            1.2345e9,
            "at most",
            "ALL",
            "2022-01",
            "2024-05",
        ),
        ("Al menos 1.234 venezolanas cruzaron el Darién en mayo de 2024", 1234, "at least", "VEN", "2024-05", "2024-05"),
        ("No más de 25,565 hondureños cruzaron el Darién entre 2021 y 2023", 25_565, "at most", "HND", "2021", "2023"),
        ("1.234 millones de haitianos en el Darién en 2023", 1.234e6, "about", "HTI", "2023", "2023"),
        ("since January 2023 at least 900 people from Nepal crossed the Darien", 900, "at least", "NPL", "2023-01", None),
    ],
)
def test_sentences_are_taken_apart(text, number, bound, group, first, last):
    said = read_sentence(text)
    assert (said.number, said.bound, said.group, said.first, said.last) == (number, bound, group, first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Half of the Chinese crossed the Darién in 2023",
        "600,000 sought asylum",
        "600,000 Chinese like tea",
        "La mitad de los chinos cruzó el Darién en 2023",
        "600.000 pidieron asilo",
        "A 600.000 chinos les gusta el té",
    ],
)
def test_a_sentence_that_lacks_something_is_said(text):
    with pytest.raises(InputError, match=r"a number of people|a nationality|what is counted"):
        read_sentence(text)


def test_a_list_of_claims(figures, tmp_path):
    file = tmp_path / "claims.yaml"
    file.write_text(
        "- Over 600,000 Chinese have sought asylum since 2012.\n"
        "- {text: Darién in 2023, number: 25565, group: CHN, series: darien_transits, from: '2023', to: '2023'}\n"
    )
    assert [judge(said, figures).answer for said in read_statements(file)] == ["a stock summed over years", "supported"]
    file.write_text("- Nothing at all\n- {number: x, group: CHN, series: a}\n- {number: 1, group: CHN, series: a, colour: red}\n")
    with pytest.raises(SpecError) as error:
        read_statements(file)
    assert len(error.value.problems) == 3
    assert "claims.yaml:2" in str(error.value)
