"""Slow derivations of keys stand behind their bound, wherever they are called."""

from __future__ import annotations

import ast

from tests.house.source_tree import dotted, modules

SLOW = {"_HASHER.hash", "_HASHER.verify", "hash_secret_raw", "hash_secret", "argon2.hash_password"}


def test_slow_derivations_wait_for_a_place() -> None:
    free, bounded = [], []
    for path, tree in modules().items():
        within = {
            call
            for block in ast.walk(tree)
            if isinstance(block, ast.With) and any(is_place(item.context_expr) for item in block.items)
            for call in ast.walk(block)
        }
        slow = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and dotted(node.func) in SLOW]
        free += [(path, node.lineno) for node in slow if node not in within and "_decoy" not in enclosing(tree, node)]
        bounded += [path for node in slow if node in within]
    assert free == []
    assert set(bounded) == {"forum/adapters/custody.py", "forum/adapters/passwords.py"}


def is_place(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Call) and dotted(expression.func) == "derivation"


def enclosing(tree: ast.Module, wanted: ast.AST) -> set[str]:
    """Return the names of the functions around a node: the decoy is hashed once in the life of a process."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {function.name for function in functions if any(node is wanted for node in ast.walk(function))}
