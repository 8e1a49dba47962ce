"""The same job on the OpenBayes platform, by the official command line that the user has installed."""

from bayescore.cloud.official import Account, Official, account, find
from bayescore.cloud.plan import Plan, complete, plan
from bayescore.cloud.running import Outcome, bind, run

__all__ = ["Account", "Official", "Outcome", "Plan", "account", "bind", "complete", "find", "plan", "run"]
