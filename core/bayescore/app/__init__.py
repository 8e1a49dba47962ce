"""The application layer: the actions that the command line and the window offer.

The package imports nothing, so that a command loads only the modules that it uses:

* ``prepare``, ``preflight``, ``submit``: from a project's files to a stored job
* ``lookup``, ``job_search``: finding stored jobs
* ``job_requests``, ``job_marks``, ``trial_marks``, ``deletion``: actions on stored jobs and trials
* ``permissions``, ``consent``: what a job needs outside its project, and what the user has confirmed
* ``engine_control``, ``machine``, ``diagnostics``: the engine and the machine
* ``new_project``, ``study_import``, ``write_back``, ``backups``: files in and out

It does not import ``bayescore.engine``: the two meet in the store.
"""
