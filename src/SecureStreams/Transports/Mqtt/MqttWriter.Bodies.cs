using System.Buffers;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// A message is gathered in an array with room for a usual piece, and moves to one of its own size when it is whole and small: so that what waits for the broker holds no more than it needs.
/// </remarks>
internal sealed partial class MqttWriter
{
    /// <summary>Arrays that hold this many times what they need are exchanged for smaller ones.</summary>
    private const int Roomy = 2;

    /// <summary>An array with the topic in front, or the reason why the message cannot be sent.</summary>
    private void BeginBody()
    {
        _refusal = _heads.Resolve(transport.Metadata, out _bodyHead);
        if (_refusal is not null)
            return;
        _head = _bodyHead.Length;
        _topic = _heads.TopicBytes;
        _payload = 0;
        var least = Math.Max(LinkDefaults.PieceBytes, _head + LinkDefaults.LeastRoomBytes);
        if (_spare is { } spare && spare.Length >= least)
            (_body, _spare) = (spare, null);
        else
            _body = MqttBodies.Pool.Rent(least);
        _bodyHead.CopyTo(_body.AsSpan());
    }

    /// <summary>The first piece lies where it was put; metadata that were set meanwhile may have changed what stands before it.</summary>
    private void BeginMessage(int bytes)
    {
        if (_body is null)
        {
            if (_refusal is null)
                BeginBody();
            return;
        }

        var before = _bodyHead;
        _refusal = _heads.Resolve(transport.Metadata, out var head);
        if (_refusal is not null || ReferenceEquals(head, before))
            return;
        var moved = MqttBodies.Pool.Rent(head.Length + Math.Max(bytes, LinkDefaults.PieceBytes));
        head.CopyTo(moved.AsSpan());
        _body.AsSpan(_head, bytes).CopyTo(moved.AsSpan(head.Length));
        _body = moved;
        _bodyHead = head;
        _head = head.Length;
        _topic = _heads.TopicBytes;
    }

    /// <summary>Why a message of so many bytes cannot be sent; null when it can.</summary>
    public TransportFailure? Refuse(long payload)
    {
        if (payload > MqttPacketWriter.MaxRemainingBytes - MqttDefaults.LongestHeadBytes - _head)
            return MqttFailures.TooLargeForPacket(plan, payload, MqttPacketWriter.MaxRemainingBytes);
        return payload > plan.MaxMessageBytes ? MqttFailures.TooLargeToSend(plan, payload) : null;
    }

    /// <summary>Whether the array holds a message that was begun before the last release, as far as it was then.</summary>
    private bool IsBodyOfRelease => _bodyAtRelease && _batch.Count == _releasedCount;

    private void Take(int bytes)
    {
        _refusal ??= Refuse(_payload + (long)bytes);
        if (_refusal is not null)
        {
            // The callback may hold a span of it, so it is left to the collector. What was begun before the last release stays: the piece may be taken back.
            if (!IsBodyOfRelease)
                _body = null;
            return;
        }

        _payload += bytes;
        Staged += bytes;
    }

    private void EndMessage()
    {
        if (_refusal is { } refusal)
        {
            // In line with the messages, so that it is told after what becomes of those before it.
            _batch.Add(new MqttOutgoing { Body = _body ?? [], TopicBytes = _topic, PropertiesBytes = _head - _topic, PayloadBytes = 0, Qos = (byte)plan.Qos, Owner = transport.Owner, Number = _number, Refusal = refusal });
            _refusal = null;
            _body = null;
            _payload = 0;
            return;
        }

        var message = new MqttOutgoing
        {
            Body = FitAtOnce(_body!, _head + _payload),
            TopicBytes = _topic,
            PropertiesBytes = _head - _topic,
            PayloadBytes = _payload,
            Qos = (byte)plan.Qos,
            Retain = plan.Retain,
            Owner = transport.Owner,
            Number = _number,
        };
        _body = null;

        // One that was begun before the last release may have to be taken up again, and keeps its array until then.
        if (!_bodyAtRelease || _batch.Count > _releasedCount)
            Fit(ref message);
        _batch.Add(message);
        _payload = 0;
    }

    /// <summary>The array before is left to the collector: the callback may still hold a span of it.</summary>
    private void Grow()
    {
        var larger = MqttBodies.Pool.Rent((int)Math.Min(2L * _body!.Length, Array.MaxLength));
        _body.AsSpan(0, _head + _payload).CopyTo(larger);
        _body = larger;
    }

    /// <summary>
    /// The next message of the same callback gets the large array again; what the callback may still hold a span of goes to no one else. Else a callback that sends many small messages would
    /// hold a large array for each.
    /// </summary>
    private byte[] FitAtOnce(byte[] body, int bytes)
    {
        if (body.Length < Roomy * Math.Max(bytes, 64) || _spare is not null)
            return body;
        var fitting = MqttBodies.Pool.Rent(bytes);
        body.AsSpan(0, bytes).CopyTo(fitting);
        _spare = body;
        return fitting;
    }

    private void Fit(ref MqttOutgoing message)
    {
        if (message.Body.Length < Roomy * Math.Max(message.Bytes, 64))
            return;
        var fitting = MqttBodies.Pool.Rent(message.Bytes);
        message.Body.AsSpan(0, message.Bytes).CopyTo(fitting);
        if (_spare is null)
            _spare = message.Body;
        else
            MqttBodies.Pool.Return(message.Body);
        message = message with { Body = fitting };
    }
}
