# SPDX-License-Identifier: GPL-3.0-or-later
"""Do sign-ins slow down other clients? 40 people sign in again and again (each sign-in hashes a password), while other
connections send light requests at a fixed rate, whose times are measured (neighbours.py).

    ./dev bench --case signin [--sign-ins 40]

A sign-in that waited too long is answered with 503; the number of these is printed beside the successful ones."""

import neighbours
from neighbours import Neighbour
from slow import Asker

PASSWORD = "a long walk by the river"


def run(bench, say):
    options = bench.options
    say(f"\n{options.sign_ins} parallel sign-ins beside {neighbours.CONNECTIONS} quiet connections")
    name = bench.database(options.organizations, options.events)
    people = min(options.sign_ins, options.organizations)
    server = bench.make_server(name).start()
    try:
        server.sql("UPDATE users SET password_hash = %s WHERE id <= %s", (server.password_hash(PASSWORD), people))
        door = Asker(server.port)

        def sign_in(number):
            body = {"email": f"person-{number % people + 1}@bench.test", "password": PASSWORD, "device_name": "bench"}
            return door.ask(number, "POST", "/v1/auth/sign-in", body, allowed=(200, 503))

        members = [options.organizations + 1] * neighbours.CONNECTIONS
        pairs = neighbours.compare(bench, say, server, "sign-ins", members, Neighbour(sign_in, options.sign_ins), "/v1/events/1")
    finally:
        server.remove()
    neighbours.judge(bench, say, "sign-ins", pairs)
    neighbours.store_results(bench, "signin", {f"{options.sign_ins} sign-ins": pairs})
