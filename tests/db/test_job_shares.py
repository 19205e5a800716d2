# SPDX-License-Identifier: GPL-3.0-or-later
"""Fair claiming of jobs: an organization uses one thread of a lane, and a person with several organizations gets no
second one while others wait."""

import pytest

KINDS = ["import"]


@pytest.fixture
def queue(db):
    """enqueue(organization) adds a job; claim() takes one and returns its organization."""
    db.sql("DELETE FROM jobs")

    def enqueue(organization):
        with db.transaction(organization) as cursor:
            cursor.execute("SELECT job_enqueue(%s, 'import', '{}')", (organization,))

    def claim():
        with db.transaction() as cursor:
            cursor.execute("SELECT organization_id FROM job_claim_slow(%s, %s, 5)", (KINDS, [60]))
            found = cursor.fetchone()
        return found and found[0]

    return enqueue, claim


def test_a_person_with_many_organizations_has_one_share(db, queue):
    enqueue, claim = queue
    first, person = db.new_organization()
    second, third = (db.new_organization(person)[0] for _ in range(2))
    other = db.new_organization()[0]
    for organization in (first, first, second, third, other):
        enqueue(organization)
    assert [claim(), claim()] == [first, other], "the second organization of the person waits behind the other person"
    assert [claim(), claim()] == [second, third], "nobody else waits"
    assert claim() is None, "an organization has one thread"


def test_the_order_is_that_of_arrival_otherwise(db, queue):
    enqueue, claim = queue
    made = [db.new_organization()[0] for _ in range(3)]
    for organization in made:
        enqueue(organization)
    assert [claim() for _ in made] == made
