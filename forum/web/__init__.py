"""The web floor: routes parse, authorise, call a service and answer."""
