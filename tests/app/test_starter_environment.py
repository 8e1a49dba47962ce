"""Which variables of a shell are taken for secrets."""

from __future__ import annotations

import time

import pytest

from bayescore.app.starter_environment import environment_of_starter, is_secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, "x") for name in ("HF_TOKEN", "HF_TOKENS", "GHTOKEN", "WANDB_API_KEY", "OPENAI_APIKEY")],
        *[
            (name, "x")
            for name in ("PGPASSWORD", "MYSQL_PWD", "SSHPASS", "my_password", "AWS_SECRET_ACCESS_KEY")
        ],
        *[(name, "x") for name in ("APP_SECRETS", "SENTRY_DSN", "NPM_CONFIG__AUTH", "GITHUB_PAT")],
        ("PIP_INDEX_URL", "https://tok@mirror.lab/simple"),
        ("https_proxy", "http://me:word@proxy:3128"),
        ("APP_CONNECTION", "Server=db;User=me;Password=word"),
        ("APP_SETTINGS", '{"user": "me", "password": "word"}'),
        ("BUCKET", "https://blob.lab/data?sv=1&sig=abc"),
        ("GIT_CONFIG_VALUE_0", "Authorization: Bearer abcdefghij"),
        ("HUB", "hf_abcdefghijklmnopqrstuvwx"),
        ("DEPLOY", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc"),
    ],
)
def test_that_a_secret_is_found_by_its_name_or_value(name: str, value: str) -> None:
    found = environment_of_starter({name: value}, ())
    assert (found.variables, found.secrets) == ({}, {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATH", "/usr/local/bin:/usr/bin"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("HF_ENDPOINT", "https://hf-mirror.com"),
        ("https_proxy", "http://proxy:3128"),
        ("PASSENGER_LIMIT", "3"),
        ("KEYBOARD", "us"),
        ("LS_COLORS", "rs=0:di=01;34:ln=01;36:*.key=00;90"),
        ("TASK", "disk-encryption-benchmark-3"),
    ],
)
def test_that_other_variables_are_kept_visible(name: str, value: str) -> None:
    assert not is_secret(name, value)


@pytest.mark.parametrize("value", ["://" + "a:" * 60_000, "://" * 40_000, "-----BEGIN " + "A " * 60_000])
def test_that_a_long_value_is_judged_quickly(value: str) -> None:
    began = time.process_time()
    assert not is_secret("LONG", value)
    assert time.process_time() - began < 5
