"""What people type and what is on file meet, whatever the script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.values.folding import folded


class TestFolded:
    @pytest.mark.parametrize(
        ("on_file", "typed"),
        [
            ("Шевченко", "Shevchenko"),
            ("Шевченко Тарас", "ševčenko taras"),
            ("Яремчук", "Yaremchuk"),
            ("Щербань", "Shcherban"),
            ("Юрій Гнатюк", "Yurii Hnatiuk"),
            ("Hadžić", "Hadzic"),
            ("Đurić", "Djuric"),
            ("Đurić", "Ђурић"),
            ("Ljiljana Njegoš", "Љиљана Његош"),
            ("Кам’янець", "Kamianets"),
            ("вул. Хрещатик, 5-А", "vul khreshchatyk 5 a"),
        ],
    )
    def test_meets_the_other_spelling(self, on_file: str, typed: str) -> None:
        assert folded(text=on_file) == folded(text=typed)

    @pytest.mark.parametrize(("one", "other"), [("Коваль", "Ковач"), ("Petrović", "Petrov"), ("5-А", "5-Б")])
    def test_keeps_different_names_apart(self, one: str, other: str) -> None:
        assert folded(text=one) != folded(text=other)

    @given(st.text(max_size=60))
    def test_gives_only_letters_digits_and_single_spaces(self, text: str) -> None:
        key = folded(text=text)

        assert key == " ".join(key.split())
        assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789 " for letter in key)
