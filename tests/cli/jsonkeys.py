"""The keys that are printed, beside those that the reference tells of."""

from scripts.docs.reference import OBJECTS


def keys_of(value, described, at=""):
    """The paths of a value's keys, as the reference writes them: not below one that is described itself."""
    if at in described or not isinstance(value, dict | list):
        return {at}
    if isinstance(value, list):
        return {key for each in value for key in keys_of(each, described, f"{at}[]")}
    return {key for name in value for key in keys_of(value[name], described, f"{at}.{name}" if at else name)}


def check(line, printed):
    described = set(OBJECTS[line][1])
    assert keys_of(printed, described) == described
