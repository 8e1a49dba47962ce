"""Reports a trial's metrics and parameters; the same calls as the client of OpenBayes.

Needs nothing but the standard library (Python 3.6 and newer). A point that the
listener does not take is kept in a file of the trial's and is taken in later, once,
in its order. Nothing here raises into the program that calls it.
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
