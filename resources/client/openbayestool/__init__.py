"""Reports a trial's metrics and parameters; has the same functions as the client of OpenBayes.

Needs only the standard library (Python 3.6 and newer). Points that the listener cannot
receive stay in a file of the trial and are read later, once and in order. No function
raises an exception into the calling program.
"""

from openbayestool._tracker import (
    clear_metric,
    clear_param,
    get_access_token,
    get_callback_url,
    get_job_access_token,
    log_metric,
    log_param,
    set_access_token,
    set_callback_url,
    set_job_access_token,
)

__all__ = [
    "clear_metric",
    "clear_param",
    "get_access_token",
    "get_callback_url",
    "get_job_access_token",
    "log_metric",
    "log_param",
    "set_access_token",
    "set_callback_url",
    "set_job_access_token",
]
