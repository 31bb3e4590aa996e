"""Programs as data: scripts of steps, played by one generator for the product and for the oracle alike.

`kit` is `farbell` or the oracle's `programs`. A script is a list of steps (what, ...); each ends in a row of what came of it.
"""


def player(kit, script):
    """The program that follows a script, over and over."""

    def run(node):
        held = []
        while True:
            yield node.wait(1e-6)
            yield from play(kit, node, script, held)

    return run


def play(kit, node, script, held):
    for number, (what, *rest) in enumerate(script):
        try:
            told = yield from STEPS[what](kit, node, held, *rest)
        except kit.TimedOut as late:
            held += [pair.qubit for pair in late.pairs]
            told = f"timed out, {len(late.pairs)} came"
        except kit.Refused:
            told = "refused"
        except kit.programs.Cancelled:
            told = "cancelled"
        node.record(step=number, what=what, told=str(told), held=len(held))


def taken(node, held, pairs):
    for pair in pairs:
        held.append(pair.qubit)
        node.record(pair=pair.id[1], peer=pair.peer, estimated=pair.estimated_fidelity, born_s=pair.born_s)
    return f"{len(pairs)} pairs"


def entangles(kit, node, held, peer, pairs, min_fidelity, timeout_s):
    came = yield node.entangle(peer, pairs=pairs, min_fidelity=min_fidelity, timeout_s=timeout_s)
    return taken(node, held, came if pairs > 1 else [came])


def looks(kit, node, held, peer):
    """At the true state, while both halves are there."""
    pair = yield node.entangle(peer)
    node.record(fidelity=kit.truth.fidelity(pair))
    node.release(pair.qubit)
    return "seen"


def accepts(kit, node, held, peer, timeout_s):
    return taken(node, held, [(yield node.accept(peer, timeout_s=timeout_s))])


def asks_and_gives_up(kit, node, held, peer, pairs, after_s):
    request = node.entangle(peer, pairs=pairs, timeout_s=1e-4)  # in case it is this process that is given up
    yield node.wait(after_s)
    request.cancel()
    return taken(node, held, request.pairs)


def sends(kit, node, held, peer, content):
    yield node.send(peer, content)
    return content


def receives(kit, node, held, peer, timeout_s):
    return (yield node.receive(peer, timeout_s=timeout_s))


def receives_any(kit, node, held, timeout_s):
    message = yield node.receive_any(timeout_s=timeout_s)
    return f"{message.content} of {message.sender} at {message.sent_s:.9f}"


def waits(kit, node, held, duration_s):
    yield node.wait(duration_s)


def creates(kit, node, held):
    held.append((yield node.create_qubit()))


def turns(kit, node, held, name):
    if held:
        qubit = held.pop()  # nobody else at the node touches it meanwhile
        yield node.gate(name, qubit)
        held.append(qubit)


def joins(kit, node, held, name):
    """A fresh qubit and one that may be half of a pair: states of three and more."""
    fresh = yield node.create_qubit()
    if held:
        qubit = held.pop()
        yield node.gate(name, fresh, qubit)
        held.append(qubit)
    return (yield node.measure(fresh, "X"))


def reads(kit, node, held, basis):
    return (yield node.measure(held.pop(0), basis)) if held else "nothing"


def swaps(kit, node, held):
    if len(held) < 2:
        return "nothing"
    outcome = yield node.bell_measure(held.pop(0), held.pop(0))
    return outcome and f"{outcome.phase}{outcome.parity}"


def releases(kit, node, held):
    while held:
        node.release(held.pop())
    yield node.wait(0)


def first_of_two(kit, node, held, peer, timeout_s):
    """A message or a pair, the other one given up."""
    message, pair = node.receive(peer), node.accept(peer, timeout_s=timeout_s)
    try:
        first = yield kit.any_of(message, pair)
    except kit.TimedOut:
        message.cancel()
        raise
    if first is pair:
        message.cancel()
        return taken(node, held, [pair.value])
    pair.cancel()
    return message.value


def both(kit, node, held, peer, timeout_s):
    message, pair = yield kit.all_of(node.receive(peer, timeout_s=timeout_s), node.entangle(peer, timeout_s=timeout_s))
    return taken(node, held, [pair]) + f" and {message}"


def beside(kit, node, held, script, after_s):
    """Another process, ended after a while if it has not ended by itself; its qubits are this one's then."""
    process = node.start(play(kit, node, script, held))
    yield node.wait(after_s)
    process.cancel()
    yield process


STEPS = {
    "entangle": entangles, "look": looks, "accept": accepts, "give up": asks_and_gives_up, "send": sends, "receive": receives,
    "receive any": receives_any, "wait": waits, "create": creates, "gate": turns, "join": joins, "read": reads, "swap": swaps,
    "release": releases, "first": first_of_two, "both": both, "beside": beside,
}  # fmt: skip
