"""Bayesian optimisation with a Gaussian process as the surrogate.

=========  ==============================================================
symbol     meaning
=========  ==============================================================
d          number of parameters
n, m       observations, candidates
k          members of the surrogate: samples of the hyperparameters
X (n, d)   observed rows in the unit cube
y (n,)     objectives, smaller is better, warped to mean 0 and variance 1
mu, sigma  the surrogate's mean and standard deviation at a row
EI         expected improvement, the acquisition function
=========  ==============================================================
"""

from bayescore.search.bayesian.fitted_model import FittedModel
from bayescore.search.bayesian.next_bayesian import next_bayesian
from bayescore.search.bayesian.training_data import training_data

__all__ = ["FittedModel", "next_bayesian", "training_data"]
