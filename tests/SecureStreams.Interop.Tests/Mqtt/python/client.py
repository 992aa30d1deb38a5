"""A client of Eclipse paho. Orders are lines of JSON on the standard input, each with a number; what comes of them, and what is received, are lines on the standard output."""

import base64
import hashlib
import json
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

LONGEST = 65536
lock = threading.Lock()


def say(event, **fields):
    with lock:
        print(json.dumps({"event": event, **fields}), flush=True)


class Pending:
    """Joins the number of an order with what came of it; the library's thread may have the latter first, and must not be waited for while its own locks are held."""

    def __init__(self):
        self.lock = threading.Lock()
        self.numbers = {}
        self.outcomes = {}

    def ordered(self, mid, number):
        with self.lock:
            outcome = self.outcomes.pop(mid, None)
            if outcome is None:
                self.numbers[mid] = number
                return
        say(outcome[0], number=number, **outcome[1])

    def came(self, mid, event, **fields):
        with self.lock:
            number = self.numbers.pop(mid, None)
            if number is None:
                self.outcomes[mid] = (event, fields)
                return
        say(event, number=number, **fields)


class Peer:
    def __init__(self):
        self.client = None
        self.pending = Pending()

    def connect(self, number, port, id, version, clean):
        five = version == 5
        options = {} if five else {"clean_session": clean}
        self.client = mqtt.Client(client_id=id, protocol=mqtt.MQTTv5 if five else mqtt.MQTTv311, **options)
        self.client.on_message = self.on_message
        self.client.on_connect = lambda client, data, flags, reason, properties=None: say("connected", number=number, reason=int(getattr(reason, "value", reason)))
        self.client.on_disconnect = lambda client, data, reason, properties=None: say("closed")
        self.client.on_subscribe = self.on_subscribe
        self.client.on_publish = self.on_publish
        options = {}
        if five:
            properties = Properties(PacketTypes.CONNECT)
            if not clean:
                properties.SessionExpiryInterval = 600
            options = {"clean_start": clean, "properties": properties}
        self.client.connect("127.0.0.1", port, **options)
        self.client.loop_start()

    def subscribe(self, number, filter, qos):
        self.pending.ordered(self.client.subscribe(filter, qos)[1], number)

    def publish(self, number, topic, qos, retain, base64=None, length=None):
        payload = decode(base64) if length is None else bytes((at * 31 + (at >> 8)) & 255 for at in range(length))
        self.pending.ordered(self.client.publish(topic, payload, qos, retain).mid, number)

    def on_subscribe(self, client, data, mid, granted, properties=None):
        self.pending.came(mid, "subscribed", granted=int(getattr(granted[0], "value", granted[0])))

    def on_publish(self, client, data, mid):
        self.pending.came(mid, "published")

    def on_message(self, client, data, message):
        fields = {} if len(message.payload) > LONGEST else {"base64": base64.b64encode(message.payload).decode()}
        say(
            "message", topic=message.topic, qos=message.qos, retain=bool(message.retain), dup=bool(message.dup),
            length=len(message.payload), sha256=hashlib.sha256(message.payload).hexdigest(), **fields,
        )


def decode(text):
    return base64.b64decode(text)


peer = Peer()
for line in sys.stdin:
    order = json.loads(line)
    getattr(peer, order.pop("do"))(**order)
