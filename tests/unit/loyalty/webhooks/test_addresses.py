"""Which URLs and addresses events go to, and which they never do."""

import pytest

from loyalty.webhooks.addresses import URL_MAX_CHARS, BadUrl, Target, allowed, target_of

AT_MOST = "https://crm.example/".ljust(URL_MAX_CHARS, "x")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://crm.example", Target("https", "crm.example", 443, "/")),
        ("https://crm.example/a?b=c", Target("https", "crm.example", 443, "/a?b=c")),
        ("https://CRM.example:8443/x", Target("https", "crm.example", 8443, "/x")),
        ("https://93.184.215.14/x", Target("https", "93.184.215.14", 443, "/x")),
        ("https://[2606:2800:21f:cb07::1]/", Target("https", "2606:2800:21f:cb07::1", 443, "/")),
        (AT_MOST, Target("https", "crm.example", 443, AT_MOST.removeprefix("https://crm.example"))),
    ],
)
def test_a_url_leads_somewhere(url: str, target: Target) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example",
        "//crm.example/",
        "http://crm.example/",
        "ftp://crm.example/",
        "file:///etc/passwd",
        "gopher://crm.example/",
        "https://",
        "https:///x",
        "https://user@crm.example/",
        "https://user:pass@crm.example/",
        "https://crm.example@127.0.0.1/",
        "https://crm.example/#x",
        "https://crm.example\\@127.0.0.1/",
        "https://crm.example/\\x",
        "https://crm.example/ x",
        "https://crm.example/\r\nHost: x",
        "https://crm.example/\n",
        "https://crm.exämple/",
        "https://crm.example:99999/",
        "https://crm.example:x/",
        "https://[::1",
        "https://localhost/",
        "https://localhost:8443/",
        "https://intranet/",
        "https://intranet./",
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0xa9.0xfe.0xa9.0xFE/",
        "https://127.0.0.0x/",
        "https://0/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fd00:ec2::254]/",
        "https://10.0.0.1/",
        "https://[::]/",
        "https://-crm-.example/",
        "https://crm..example/",
        AT_MOST + "x",
        "http://127.0.0.1:8000/",
    ],
)
def test_a_url_that_nothing_is_sent_to(url: str) -> None:
    """Whatever is no https URL of a host that everyone could reach."""
    with pytest.raises(BadUrl):
        target_of(url)


PRIVATE = [
    *("127.0.0.1", "127.255.255.255", "::1", "0.0.0.0", "::"),
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fc00::1", "fd00:ec2::254"),
    *("169.254.169.254", "169.254.170.2", "fe80::1", "fec0::1", "100.64.0.1", "100.100.100.200"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"),
    *("192.0.0.255", "192.88.99.0", "192.88.99.255"),
    *("224.0.0.1", "239.255.255.255", "ff02::1", "240.0.0.1", "255.255.255.255"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("::ffff:192.0.0.192", "::ffff:192.88.99.1", "::ffff:224.0.0.1"),
    *("::169.254.169.254", "::10.0.0.1", "4000::1", "64:ff9b:1::a9fe:a9fe"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b::1.1.1.1", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1"),
    *("", "crm.example", "127.1", "1.1.1.1/32"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_everyones_to_reach_is_not_sent_to(address: str) -> None:
    """Of a private network, of this machine, of a cloud's metadata, or one that turns into it."""
    assert not allowed(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14"],
)
def test_an_address_of_everyone_is_sent_to(address: str) -> None:
    """An IPv4 address that stands in an IPv6 one as that address."""
    assert allowed(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_http_to_this_machine_is_for_development_alone(host: str) -> None:
    """With the setting; nothing else becomes possible by it."""
    assert target_of(f"http://{host}:8000/x", loopback=True).port == 8000
    assert target_of(f"http://{host}/x", loopback=True).port == 80
    with pytest.raises(BadUrl):
        target_of(f"http://{host}:8000/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/",
        "http://localhost.crm.example/",
        "http://10.0.0.1/",
        "https://10.0.0.1/",
    ],
)
def test_development_reaches_nobody_elses_network(url: str) -> None:
    with pytest.raises(BadUrl):
        target_of(url, loopback=True)
    assert not any(allowed(each, loopback=True) for each in ("10.0.0.1", "169.254.169.254"))
