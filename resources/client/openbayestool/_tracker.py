"""Writes reports to the trial's spool file and notifies the listener over the network.

Each report is one line appended to the spool. This takes a few microseconds, and the
report survives the end of this program and a listener that is down. A background thread
then notifies the listener, once for all lines written in the meantime. The notification
carries no token: while the engine is down, another program may use its port. Without a
spool, or with another address, reports are sent over the network at once.
"""

import fcntl
import http.client
import json
import os
import sys
import threading
from datetime import datetime
from urllib.parse import quote, urlsplit

_TIMEOUT_S = 5.0

_lock = threading.Lock()
_url = os.environ.get("JOB_UPDATE_URL") or os.environ.get("OPENBAYES_JOB_URL")
_token = os.environ.get("JOB_ACCESS_TOKEN") or os.environ.get("OPENBAYES_TOKEN")
_spool = os.environ.get("BAYESDESK_SPOOL")
_own_url = _url
_file = None
_bell = None
_owner = None  # id of the process that opened the file and started the thread


def log_metric(key, value):
    """Append one value to the metric ``key``."""
    try:
        number = float(value)
    except Exception:  # the value's __float__ can raise anything
        _warn(f"The metric {key} was not logged because its value is not a number.")
        return
    point = {"value": number, "created_at": datetime.now().isoformat()}
    _report({"metrics": {str(key): [point]}}, str(key))


def log_param(key, value):
    """Set the parameter ``key``; the last value wins."""
    if not isinstance(value, (int, float, str)):
        _warn(f"The param {key} was not logged because its value is neither a number nor a text.")
        return
    _report({"parameters": {str(key): value}}, str(key) + str(value))


def clear_metric(key):
    """Remove every value of the metric ``key``."""
    _report({"clear": str(key)}, str(key))


def clear_param(key):
    """Set the parameter ``key`` to the empty string."""
    log_param(key, "")


def set_callback_url(url):
    """Set the address that reports are sent to."""
    global _url
    _url = url


def get_callback_url():
    """Return the address that reports are sent to."""
    return _url


def set_job_access_token(token):
    """Set the token that is sent with reports."""
    global _token
    _token = token


def get_job_access_token():
    """Return the token."""
    return _token


set_access_token = set_job_access_token
get_access_token = get_job_access_token


def _warn(text):
    try:
        sys.stderr.write("WARNING: " + text + "\n")
    except (OSError, ValueError):
        return


def _report(body, texts):
    if not _url:
        _warn("No JOB_UPDATE_URL or OPENBAYES_JOB_URL is given")
        return
    if not _token:
        _warn("JOB_ACCESS_TOKEN or OPENBAYES_TOKEN is not given")
        return
    try:
        texts.encode("utf-8")
    except UnicodeEncodeError:
        _warn("A report was not taken because a name or a text in it is not valid Unicode.")
        return
    try:
        if not (_spool and _url == _own_url and _append(body)):
            _send(body, _url, _token)
    except Exception as error:  # a report must never end the training
        _warn(f"A report was not taken: {error}")


def _append(body):
    """Append a report to the spool; return ``False`` if that fails, for example on a full disk."""
    global _file, _bell, _owner
    line = (json.dumps(body) + "\n").encode("utf-8")
    with _lock:
        try:
            if _owner != os.getpid():  # first call, or after a fork, which does not copy the thread
                _file = os.open(_spool, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
                _bell = threading.Event()
                _owner = os.getpid()
                threading.Thread(target=_ring, args=(_bell,), name="openbayestool", daemon=True).start()
            fcntl.flock(_file, fcntl.LOCK_EX)
            try:
                written = os.write(_file, line)
                if 0 < written < len(line):
                    os.write(_file, b"\n")  # keep the next line separate from an incomplete one
            finally:
                fcntl.flock(_file, fcntl.LOCK_UN)
        except OSError:
            return False
        _bell.set()
    return written == len(line)


def _ring(bell):
    """Notify the listener once per burst; a listener that is down reads the spool when it is back."""
    while True:
        bell.wait()
        bell.clear()
        try:
            _exchange(_own_url, "POST", "/bell")
        except Exception:  # the next burst notifies again
            continue


def _send(body, url, token):
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    if "clear" in body:
        status, text = _exchange(url, "DELETE", "/metrics/" + quote(body["clear"], safe=""), None, headers)
    else:
        status, text = _exchange(url, "PUT", "", json.dumps(body), headers)
    if status >= 400:
        _warn(f"Failed to report: {status} {text}")


def _exchange(url, method, path, body=None, headers=None):
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request(method, parts.path + path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read(2000).decode("utf-8", "replace")
    finally:
        connection.close()
