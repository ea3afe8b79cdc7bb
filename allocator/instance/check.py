"""stub, being written"""
from __future__ import annotations
from allocator.instance.instance import Instance
from allocator.instance.problems import Problem
def examine(instance: Instance) -> list[Problem]:
    return []
