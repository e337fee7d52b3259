import time
from datetime import date, datetime
import jinja2

# ruleid: fetching
import requests
# ruleid: fetching
from urllib.request import urlopen
# ok: fetching
from urllib.parse import urlsplit


def statements(session, op, name):
    # ruleid: statement-of-strings
    session.execute(text(f"SELECT * FROM tip WHERE number = '{name}'"))
    # ruleid: statement-of-strings
    session.execute(sa.text("SELECT 1 FROM " + name))
    # ruleid: statement-of-strings
    session.execute(text(name))
    # ruleid: statement-of-strings
    op.execute(f"DROP TABLE {name}")
    # ruleid: statement-of-strings
    op.execute("DROP TABLE %s" % name)
    # ruleid: statement-of-strings
    op.execute("DROP TABLE {}".format(name))
    # ruleid: statement-of-strings
    session.connection().exec_driver_sql("DELETE FROM " + name)
    # ruleid: statement-of-strings
    select(literal_column(name))
    # ok: statement-of-strings
    session.execute(text("SELECT 1 WHERE :a = 1"), {"a": name})
    # ok: statement-of-strings
    session.execute(select(Tip).where(Tip.number == name))


def markup(typed):
    # ruleid: markup-of-values
    Markup(typed)
    # ruleid: markup-of-values
    Markup(f"<b>{typed}</b>")
    # ruleid: markup-of-values
    Markup("<b>%s</b>" % typed)
    # ok: markup-of-values
    return Markup("<b>{}</b>").format(typed)


def template(typed, environment):
    # ruleid: template-of-strings
    render_template_string(typed)
    # ruleid: template-of-strings
    environment.from_string(typed)
    # ok: template-of-strings
    return render_template("home.html", typed=typed)


def clock(clock):
    # ruleid: clock-outside-its-adapter
    datetime.now(UTC)
    # ruleid: clock-outside-its-adapter
    date.today()
    # ruleid: clock-outside-its-adapter
    time.time()
    # ruleid: clock-outside-its-adapter
    select(func.now())
    # ok: clock-outside-its-adapter
    return clock()


def caller(request, handler):
    # ruleid: address-or-browser-of-a-caller
    request.remote_addr
    # ruleid: address-or-browser-of-a-caller
    request.user_agent.string
    # ruleid: address-or-browser-of-a-caller
    request.headers.get("User-Agent")
    # ruleid: address-or-browser-of-a-caller
    request.environ["REMOTE_ADDR"]
    # ruleid: address-or-browser-of-a-caller
    request.headers["X-Real-IP"]
    # ruleid: address-or-browser-of-a-caller
    handler.getpeername()
    # ok: address-or-browser-of-a-caller
    return request.headers.get("Accept-Language")


def opened(request):
    wanted = request.args.get("next")
    # ok: typed-address-opened
    redirect(own_path(wanted))
    # ruleid: typed-address-opened
    redirect(wanted)
    # ruleid: typed-address-opened
    open("/srv/" + request.form["name"])
    # ruleid: typed-address-opened
    getattr(Tip, request.values["sort"])
    # ok: typed-address-opened
    return redirect(url_for("queue.index", list=wanted))


def connected(address):
    # ruleid: fetching
    return socket.create_connection(address)
