"""Bayesian optimisation with a Gaussian process as the surrogate.

=========  ==========================================================
symbol     meaning
=========  ==========================================================
d          number of parameters
n, m       observations, candidates
X (n, d)   observed rows in the unit cube
y (n,)     objectives, oriented so that smaller is better, standardised
mu, sigma  the surrogate's mean and standard deviation at a row
EI         expected improvement, the acquisition function
=========  ==========================================================
"""

from bayescore.search.bayesian.candidates import snapped
from bayescore.search.bayesian.proposal import propose
from bayescore.search.bayesian.surrogate import GaussianProcess
from bayescore.search.bayesian.warping import fitted

__all__ = ["GaussianProcess", "fitted", "propose", "snapped"]
