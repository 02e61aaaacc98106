"""`jianmen run`: unmodified programs in a room where the cloud's real names lead to Jianmen."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import textwrap

import pytest

from server import BINARY, Server

# tests/e2e/run has tried whether this machine grants namespaces.
needs_room = pytest.mark.skipif(os.environ.get("E2E_ROOM") == "no", reason="this machine refuses namespaces")

# As the guide has it: a region and no endpoint.
SAMPLE = textwrap.dedent(
    """
    import os
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkecs.v2 import EcsClient, ListServersDetailsRequest
    from huaweicloudsdkecs.v2.region.ecs_region import EcsRegion

    credentials = BasicCredentials(os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"])
    client = (EcsClient.new_builder().with_credentials(credentials)
              .with_region(EcsRegion.value_of("cn-north-4")).build())
    print(client.list_servers_details(ListServersDetailsRequest()).count)
    """
)
NEWCOMER = {"HUAWEICLOUD_SDK_AK": "JIANMENDEMONEWBIE001"}


def sk_of(name):
    demo = json.loads((pathlib.Path(__file__).resolve().parents[3] / "data" / "demo.json").read_text())
    user = next(user for user in demo["users"] if user["name"] == name)
    return user["keys"][0]["sk"]


def run(home, *arguments, env=None, timeout=90, **keywords):
    """`jianmen run`, its own server unless `env` names a socket."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HUAWEICLOUD_", "JIANMEN_"))}
    environment = kept | {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        [BINARY, "run", *arguments],
        capture_output=True,
        text=True,
        env=environment | (env or {}),
        cwd=home,
        timeout=timeout,
        **keywords,
    )


@pytest.fixture
def home(tmp_path):
    yield tmp_path
    assert not list(tmp_path.glob("jianmen-run-*")), "temporary files are left"


def python(code):
    return ["--", sys.executable, "-c", code]


ROOMS = [pytest.param("on", marks=needs_room), "off"]


@pytest.mark.parametrize("room", ROOMS)
def test_the_guides_sample_runs_as_it_is(home, room):
    done = run(home, "--room", room, *python(SAMPLE))
    assert (done.returncode, done.stdout) == (0, "8\n"), done.stderr
    # A room is silent; without one, what it cannot cover is said.
    assert ("Not covered" in done.stderr) == (room == "off")


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("url", ["https://iam.myhuaweicloud.com/v3", "http://iam.cn-north-4.myhuaweicloud.com/v3"])
def test_curl_reaches_the_cloud_by_its_names(home, room, url):
    done = run(home, "--room", room, "--", "curl", "-sS", "--max-time", "20", url)
    assert done.returncode == 0, done.stderr
    assert '"v3' in done.stdout


@needs_room
def test_a_name_of_the_cloud_that_nobody_lists_is_refused_by_the_gateway(home):
    url = "https://bucket.nosuch.cn-north-4.myhuaweicloud.com/"
    done = run(home, "--room", "on", "--", "curl", "-sS", "--max-time", "20", url)
    assert "APIGW.0101" in done.stdout, done.stderr


@needs_room
def test_other_names_do_not_exist(home):
    code = "import socket\ntry: socket.getaddrinfo('example.com', 443)\nexcept socket.gaierror as e: print('no name')"
    assert run(home, "--room", "on", *python(code)).stdout == "no name\n"


@needs_room
def test_nothing_else_of_the_network_exists(home):
    """A port of this machine that is open outside, and an address of the internet."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        code = (
            "import socket\n"
            f"for to in (('127.0.0.1', {port}), ('192.0.2.1', 443), ('169.254.169.254', 80)):\n"
            "    try: socket.create_connection(to, timeout=5); print('open')\n"
            "    except OSError as error: print(type(error).__name__)"
        )
        lines = run(home, "--room", "on", *python(code)).stdout.splitlines()
        assert len(lines) == 3 and lines[0] == "ConnectionRefusedError" and "open" not in lines


@needs_room
def test_proxies_of_the_caller_do_not_lead_out(home):
    env = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = run(home, "--room", "on", *python(SAMPLE), env=env)
    assert done.stdout == "8\n", done.stderr


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    "command, status",
    [
        (["true"], 0),
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
        (["sh", "-c", "kill -KILL $$"], 128 + signal.SIGKILL),
        (["no-such-program-at-all"], 127),
        (["/"], 126),
    ],
)
def test_the_exit_status_is_the_programs(home, room, command, status):
    assert run(home, "--room", room, "--", *command).returncode == status


def test_arguments_input_and_output_pass_unchanged(home):
    words = ["--json", "--", "a b", "", "-x", "*", "--help"]
    code = "import sys; print(sys.argv[1:]); sys.stdout.write(sys.stdin.read())"
    done = run(home, *python(code), *words, input="in\n")
    assert done.stdout == f"{words}\nin\n", done.stderr


@needs_room
def test_a_signal_reaches_the_program_and_nothing_stays(home):
    code = (
        "import signal, subprocess, sys, time\n"
        "subprocess.Popen(['sleep', '654321'])\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(42))\n"
        "print('up', flush=True)\n"
        "time.sleep(60)"
    )
    environment = dict(os.environ, TMPDIR=str(home), XDG_RUNTIME_DIR=str(home))
    environment.pop("JIANMEN_SOCKET", None)
    process = subprocess.Popen(
        [BINARY, "run", "--room", "on", *python(code)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 42
    # The orphan held the pipe: it is gone when the pipe ends.
    assert process.stdout.read() == ""


@needs_room
def test_only_the_three_descriptors_are_inherited(home):
    done = run(home, "--room", "on", "--", "sh", "-c", "ls /proc/$$/fd", stdin=subprocess.DEVNULL)
    assert [fd for fd in done.stdout.split() if int(fd) > 2 and int(fd) != 255] == []


@needs_room
def test_the_callers_credentials_are_kept(home):
    env = NEWCOMER | {"HUAWEICLOUD_SDK_SK": sk_of("newcomer")}
    done = run(home, "--room", "on", "--", "sh", "-c", "echo $HUAWEICLOUD_SDK_AK", env=env)
    assert done.stdout.strip() == NEWCOMER["HUAWEICLOUD_SDK_AK"]


@needs_room
@pytest.mark.parametrize("joined", [False, True], ids=["own server", "running server"])
def test_explain_names_cause_and_fix_of_each_refused_call(home, joined):
    env = NEWCOMER | {"HUAWEICLOUD_SDK_SK": sk_of("newcomer")}
    if not joined:
        done = run(home, "--explain", *python(SAMPLE), env=env)
    else:
        with Server() as server:
            done = run(home, "--explain", *python(SAMPLE), env=env | {"JIANMEN_SOCKET": str(server.socket)})
            assert server.json("explain", "--refused")["principal"]["user"] == "newcomer"
    assert done.returncode != 0
    table = done.stderr[done.stderr.index("jianmen run:") :]
    assert "GET ecs.cn-north-4.myhuaweicloud.com" in table and "cause" in table and "fix" in table
    assert sk_of("newcomer") not in done.stderr + done.stdout


def test_live_passes_calls_on_and_explains_the_clouds_refusal(home):
    """A second Jianmen is the cloud: its names are real only to those who trust its authority."""
    with Server() as cloud:
        where = cloud.https.removeprefix("https://")
        trusted = {"SSL_CERT_FILE": cloud.ca}
        key = {"HUAWEICLOUD_SDK_AK": "JIANMENDEMONEWBIE001", "HUAWEICLOUD_SDK_SK": sk_of("newcomer")}
        done = run(home, "--live", "--cloud", where, "--explain", *python(SAMPLE), env=trusted | key)
        assert done.returncode != 0
        assert "Ecs.0110" in done.stderr[done.stderr.rindex("jianmen run:") :]
        assert sk_of("newcomer") not in done.stderr + done.stdout
        # A cloud whose certificate nobody vouches for gets nothing.
        done = run(home, "--live", "--cloud", where, "--", "curl", "-sS", "--max-time", "20",
                   "https://iam.myhuaweicloud.com/v3")
        assert '"v3' not in done.stdout and "certificate" in done.stdout


@needs_room
def test_somebody_who_is_not_root_gets_a_room(tmp_path):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("this user is not root: every other row here shows it")
    home = pathlib.Path("/tmp") / f"jm-nobody-{os.getpid()}"
    home.mkdir(mode=0o700)
    try:
        binary = shutil.copy(BINARY, home / "jianmen")
        os.chmod(binary, 0o755)
        os.chown(home, 65534, 65534)
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary, "run", "--room", "on", "--",
             "sh", "-c", "id -u; curl -sS --max-time 20 https://iam.myhuaweicloud.com/v3"],
            capture_output=True, text=True, timeout=60, cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"},
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("65534\n") and '"v3' in done.stdout
    finally:
        shutil.rmtree(home)


@needs_room
def test_where_namespaces_are_refused_variables_lead(home):
    """As in a container: no user namespace may be made. The limit is of a namespace around the run."""
    if os.geteuid() != 0:
        pytest.skip("only root may set the limit of namespaces")
    inner = f"echo 0 > /proc/sys/user/max_net_namespaces; exec {BINARY} run -- curl -sS --max-time 20 https://iam.myhuaweicloud.com/v3"
    environment = dict(os.environ, TMPDIR=str(home), XDG_RUNTIME_DIR=str(home))
    done = subprocess.run(["unshare", "-Ur", "sh", "-c", inner], capture_output=True, text=True, timeout=60, env=environment)
    assert '"v3' in done.stdout and "no room" in done.stderr, done.stderr


@pytest.mark.parametrize(
    "arguments, status",
    [
        ([], 2),
        (["--room", "maybe", "--", "true"], 2),
        (["--live", "--own", "--", "true"], 2),
        (["--socket", "/nonexistent/j.sock", "--", "true"], 3),
    ],
)
def test_wrong_usage_is_told(home, arguments, status):
    done = run(home, *arguments)
    assert done.returncode == status and done.stderr.strip() + done.stdout.strip()


def is_up(process):
    return process.stdout.readline() == "up\n"


@needs_room
def test_a_killed_run_takes_its_program_along_and_the_next_one_sweeps(home):
    """SIGKILL leaves no time to tidy up: the program dies with it, and the next run removes the directory."""
    environment = dict(os.environ, TMPDIR=str(home), XDG_RUNTIME_DIR=str(home), HOME=str(home))
    environment.pop("JIANMEN_SOCKET", None)
    code = "import time; print('up', flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [BINARY, "run", "--room", "on", *python(code)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert is_up(process)
    process.kill()
    assert process.wait(timeout=30) == -signal.SIGKILL
    assert process.stdout.read() == ""  # the program held the pipe: it is gone
    left = list(home.glob("jianmen-run-*"))
    assert left
    # Whoever still runs keeps his own.
    living = subprocess.Popen(
        [BINARY, "run", "--room", "on", *python(code)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert is_up(living)
    theirs = set(home.glob("jianmen-run-*")) - set(left)
    assert run(home, "--", "true").returncode == 0
    assert set(home.glob("jianmen-run-*")) == theirs and len(theirs) == 1
    living.terminate()
    living.wait(timeout=30)


@needs_room
def test_with_the_net_allowed_other_addresses_are_reached_and_the_clouds_names_lead_here(home):
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        code = (
            "import socket, subprocess\n"
            f"socket.create_connection(('127.0.0.1', {port}), timeout=5); print('open', flush=True)\n"
            "subprocess.run(['curl', '-sS', '--max-time', '20', 'https://iam.myhuaweicloud.com/v3'])"
        )
        done = run(home, "--allow-net", *python(code))
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("open\n") and '"v3' in done.stdout, done.stderr
