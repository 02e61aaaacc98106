import atexit
import os
import shutil
import tempfile

import pytest
from huaweicloudsdkcore.auth.credentials import Credentials

from sdk import Sdk
from server import Server
from wire import Iam, Wire

# Nothing of the caller's own set-up may reach the tests.
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith("HUAWEICLOUD_"):
        del os.environ[name]
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
    os.environ.pop(name, None)
os.environ["HOME"] = tempfile.mkdtemp(prefix="jm-home-")  # the SDK reads and writes ~/.huaweicloud
atexit.register(shutil.rmtree, os.environ["HOME"], ignore_errors=True)


@pytest.fixture(scope="module")
def server():
    """One freshly started demo a file."""
    with Server() as started:
        yield started


@pytest.fixture(params=["http", "https"])
def scheme(request):
    return request.param


def url_of(server, scheme):
    return (server.http, None) if scheme == "http" else (server.https, server.ca)


@pytest.fixture
def wire(server, scheme):
    return Wire(*url_of(server, scheme))


@pytest.fixture
def plain(server):
    """Over http alone: where the listener makes no difference."""
    return Wire(server.http)


@pytest.fixture
def sdk(server, scheme):
    return Sdk(*url_of(server, scheme))


@pytest.fixture
def iam(plain):
    return Iam(plain)


@pytest.fixture(autouse=True)
def forget_ids():
    """The SDK keeps project and account ids for the life of the process, whatever server they are of."""
    Credentials._CACHE.clear()
