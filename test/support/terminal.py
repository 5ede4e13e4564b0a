"""Runs a command on a pseudo-terminal and types at it.

argv[1] is JSON: {"command": [...], "cwd": ..., "env": {...}, "steps": [[expected text, keys], ...], "seconds": n}.
Each step waits until the text is in what was shown since the step before, and then sends the keys.
Prints JSON: {"code": exit code or null, "shown": everything, "missed": the text that never came, or null}.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

job = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(job["cwd"])
    os.execvpe(job["command"][0], job["command"], job["env"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
end = time.monotonic() + job["seconds"]
shown, seen, closed = b"", 0, False


def more():
    """Reads what there is; False when the terminal is closed or the time is up."""
    global shown, closed
    left = end - time.monotonic()
    if closed or left <= 0:
        return False
    ready, _, _ = select.select([terminal], [], [], min(left, 0.2))
    if ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            data = b""
        closed = data == b""
        shown += data
    return not closed


missed = None
for expected, keys in job["steps"]:
    while expected.encode() not in shown[seen:] and more():
        pass
    if expected.encode() not in shown[seen:]:
        missed = expected
        break
    seen = len(shown)
    os.write(terminal, keys.encode())
while missed is None and more():
    pass
code = None
while True:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        code = os.waitstatus_to_exitcode(status)
        break
    if missed is not None or time.monotonic() > end:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        break
    time.sleep(0.02)
print(json.dumps({"code": code, "shown": shown.decode(errors="replace"), "missed": missed}))
