"""Jobs on several machines by Ray: an agent on each node runs trials there with the runners of one machine.

Nothing here is imported, and Ray is not, unless a job says ``runner: ray``.
"""
