"""Jobs on several machines by Ray: an agent on each node runs trials there with the runners of one machine.

This package and Ray are imported only for a job with ``runner: ray``.
"""
