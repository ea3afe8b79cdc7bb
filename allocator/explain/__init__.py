"""Why a plan is as it is, what it is worth, and what to do when there is none.

``citing`` says which row of the instance a constraint comes from and what a council calls it;
``answers`` is what every answer in this package has in common.
"""
