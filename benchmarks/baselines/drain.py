"""T2's floor: ready-made mails from a table, sent one by one over one connection, each row committed."""

import smtplib
from email.message import EmailMessage

import psycopg2


def drain(database_url: str, host: str, port: int) -> int:
    """Send every unsent row of bare_outbox (id, address, subject, text, html, sent_at); answers how many."""
    connection = psycopg2.connect(database_url)
    cursor = connection.cursor()
    cursor.execute("SELECT id, address, subject, text, html FROM bare_outbox WHERE sent_at IS NULL ORDER BY id")
    rows = cursor.fetchall()
    connection.commit()
    with smtplib.SMTP(host, port) as server:
        for key, address, subject, text, html in rows:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "cps@localhost", address, subject
            mail["Message-ID"] = f"<{key}@localhost>"
            mail.set_content(text)
            mail.add_alternative(html, subtype="html")
            server.send_message(mail)
            cursor.execute("UPDATE bare_outbox SET sent_at = now() WHERE id = %s", [key])
            connection.commit()
    connection.close()
    return len(rows)
