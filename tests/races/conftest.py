"""Several connections at once, started together."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection


@pytest.fixture
def together(committed_db):
    """Run calls in threads of their own, each on its own connection, released at the same moment.

    Gives back each call's result, or the exception it raised, in order.
    """

    def run(*calls):
        gate = threading.Barrier(len(calls))

        def one(call):
            try:
                connection.ensure_connection()
                gate.wait(timeout=20)
                return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            started = [pool.submit(one, call) for call in calls]
        return [one.exception() or one.result() for one in started]

    return run
