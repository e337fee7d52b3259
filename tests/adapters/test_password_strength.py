"""Which passwords are taken, and which are what everybody would try first."""

from __future__ import annotations

import pytest

from forum.adapters.password_strength import habits, is_easily_guessed
from forum.services.accounts import new_password

ABOUT = ("lo.van.nam", "Lò Văn Nậm")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "123456789012",
        "matkhau123456",
        "MậtKhẩu@2026",
        "congan123456",
        "Congandienbien1",
        "Công an Sơn La 2026",
        "anhyeuem1990",
        "Hanoi@123456",
        "vì nước quên thân",
        "điện biên phủ 1954",
        "qwertyuiop12",
        "passwordpassword",
        "abc@12345678",
        "lovannam1985",
        "Lò Văn Nậm 1985",
    ],
)
def test_password_is_refused_when_many_would_choose_it(password: str) -> None:
    assert is_easily_guessed(password, about=ABOUT)


@pytest.mark.parametrize("password", ["trâu đỏ ăn cơm nguội", "bốn từ không liên quan", "khong ai doan duoc cau nay"])
def test_password_is_taken_when_its_words_have_nothing_to_do_with_each_other(password: str) -> None:
    assert not is_easily_guessed(password, about=ABOUT)


def test_drawn_passwords_are_always_taken() -> None:
    assert [word for word in (new_password() for _ in range(50)) if is_easily_guessed(word, about=ABOUT)] == []


def test_what_is_known_of_its_owner_makes_a_password_weaker() -> None:
    assert not is_easily_guessed("giangmisinh#6718", about=())
    assert is_easily_guessed("giangmisinh#6718", about=("giang.mi.sinh",))


def test_length_is_bounded() -> None:
    assert not is_easily_guessed("trâu đỏ ăn cơm nguội " * 200, about=ABOUT)


def test_habits_are_listed_once_each_without_marks() -> None:
    assert len(habits()) > 100
    assert len(set(habits())) == len(habits())
    assert all(word.isascii() and word.isalnum() for word in habits())
