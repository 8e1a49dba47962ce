"""One notification by Apprise to a real server: whether it arrived, and whether it may be sent again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bayescore.errors import ConfigError
from bayescore.notify.notices import Notice
from bayescore.notify.sending import Outcome, label_of, send
from support.notice_server import SECRET, NoticeServer

NOTICE = Notice("night: succeeded", "Best score: 0.9, trial 3\nx = <b>&amp;</b>")


@pytest.fixture
def server() -> Iterator[NoticeServer]:
    made = NoticeServer()
    yield made
    made.close()


def test_that_a_notification_arrives_with_its_text_unchanged(server: NoticeServer) -> None:
    server.start()
    assert send(server.url, NOTICE).outcome is Outcome.SENT
    assert server.received == [(NOTICE.title, NOTICE.body)]


def test_that_a_server_that_is_down_or_refuses_gets_it_again(server: NoticeServer) -> None:
    down = send(server.url, NOTICE)
    assert (down.outcome, str(down.reason)) == (Outcome.NOT_SENT, "the server could not be reached")
    server.start().status = 503
    refused = send(server.url, NOTICE)
    assert (refused.outcome, str(refused.reason)) == (Outcome.NOT_SENT, "HTTP 503")


def test_that_what_a_server_has_received_without_an_answer_is_not_sent_again(server: NoticeServer) -> None:
    server.start().status = None
    attempt = send(server.url, NOTICE)
    assert attempt.outcome is Outcome.UNKNOWN
    assert SECRET not in str(attempt)
    assert len(server.received) == 1


def test_that_a_slow_server_is_given_up(server: NoticeServer) -> None:
    server.start().is_slow = True
    attempt = send(server.url, NOTICE, limit_s=5.0)
    assert (attempt.outcome, str(attempt.reason)) == (
        Outcome.UNKNOWN,
        "the server did not answer in time",
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://hooks.example.com/x", "no address that Apprise can read"),
        ("slack://x", "after slack:// is incomplete or wrong"),
        ("mqtt://localhost", "needs a Python package that is not installed"),
    ],
)
def test_that_an_address_that_cannot_be_used_is_refused_with_what_to_do(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        label_of(url)
    assert "https://" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("mailto://me:password@example.com", "E-Mail (example.com)"),
        ("ntfy://my-secret-topic", "ntfy"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
    ],
)
def test_that_a_label_shows_the_service_and_nothing_secret(url: str, label: str) -> None:
    assert label_of(url) == label
