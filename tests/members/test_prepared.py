"""Reads that are planned once a connection."""

from django.db import connection, transaction

from members.prepared import Prepared

SUM = Prepared("sum_for_a_test", "bigint, bigint[]", "SELECT $1 + x FROM unnest($2) AS x ORDER BY x")


def test_rows_by_parameters_also_an_empty_array(db):
    assert SUM.rows(1, [3, 2]) == [(3,), (4,)]
    assert SUM.rows(1, []) == []


def test_it_outlives_a_transaction_that_is_rolled_back(committed_db):
    connection.close()
    with transaction.atomic():
        assert SUM.rows(1, [1]) == [(2,)]
        transaction.set_rollback(True)
    assert SUM.rows(1, [2]) == [(3,)]


def test_a_new_connection_prepares_anew(committed_db):
    assert SUM.rows(1, [1]) == [(2,)]
    connection.close()
    assert SUM.rows(1, [2]) == [(3,)]
