"""An endpoint's address: one form, and nothing in it that would be read otherwise further on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.webhook.endpoint import Endpoint, endpoint_of


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://Example.ORG", Endpoint("https", "example.org", 443, "/")),
        ("https://example.org:443/a?b=c%20d", Endpoint("https", "example.org", 443, "/a?b=c%20d")),
        ("https://example.org:8443/a/b", Endpoint("https", "example.org", 8443, "/a/b")),
        ("http://10.1.2.3:8080/x", Endpoint("http", "10.1.2.3", 8080, "/x")),
        ("https://[2001:db8::1]/x", Endpoint("https", "2001:db8::1", 443, "/x")),
        ("https://xn--bcher-kva.example/x", Endpoint("https", "xn--bcher-kva.example", 443, "/x")),
    ],
)
def test_an_address_is_read_into_its_parts(url: str, found: Endpoint) -> None:
    assert endpoint_of(url) == found
    assert endpoint_of(str(found)) == found


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org/", "//example.org/", "https://", "https:///x", "https://user@example.org/",
        "https://user:secret@example.org/", "https://example.org/#part", "https://example.org:22/", "https://example.org:0/",
        "https://example.org:70000/", "https://example.org:x/", "https://example.org:5432/", "https://example.org:6379/",
        "https://exa mple.org/", "https://example.org/a b", "https://example.org/\r\nX-Evil: 1", "https://example.org/\0",
        "https://büche.example/", "https://-a.example/", "https://a..b/", "https://[::1%25eth0]/", "https://[::1/",
        "https://example.org/<script>", 'https://example.org/"', "https://example.org\\@evil.example/", "https://" + "a" * 1000,
        "javascript:alert(1)", "file:///etc/passwd", "https://a_b%2f.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        endpoint_of(url)


@given(st.text(max_size=60).map(lambda text: f"https://example.org/{text}"))
def test_whatever_is_kept_is_printable_ascii_in_one_line(url: str) -> None:
    try:
        kept = str(endpoint_of(url))
    except BadInput:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert " " not in kept
