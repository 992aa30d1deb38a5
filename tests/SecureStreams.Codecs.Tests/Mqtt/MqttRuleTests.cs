using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>What the standards forbid a peer to send, rule by rule, with the reason code that MQTT 5 has for it; and what looks odd and is allowed.</summary>
public class MqttRuleTests
{
    private const MqttVersion Old = MqttVersion.V311;
    private const MqttVersion New = MqttVersion.V5;
    private const MqttRole Client = MqttRole.Client;
    private const MqttRole Server = MqttRole.Server;

    /// <summary>First packets of a connection: rule, who reads, version (of a client's reader), bytes, code.</summary>
    public static TheoryData<string, MqttRole, MqttVersion, string, int> First { get; } = new()
    {
        { "3.1.0-1: CONNECT is first", Server, Old, "c0 00", 0x82 },
        { "3.1.0-1", Server, Old, "30 05 00 03 61 2f 62", 0x82 },
        { "3.1.0-1", Server, Old, "82 08 00 0a 00 03 61 2f 62 01", 0x82 },
        { "3.1.0-1: nor is AUTH first", Server, New, "f0 00", 0x82 },
        { "type 0", Server, Old, "00 00", 0x81 },
        { "3.2.0-1: CONNACK is first", Client, Old, "d0 00", 0x82 },
        { "3.2.0-1", Client, New, "30 06 00 03 61 2f 62 00", 0x82 },
        { "3.14.0-1: DISCONNECT is not before CONNACK", Client, New, "e0 01 8b", 0x82 },
        { "CONNECT is not for clients", Client, Old, "10 0c 00 04 4d 51 54 54 04 02 00 00 00 00", 0x82 },
        { "CONNACK is not for servers", Server, Old, "20 02 00 00", 0x82 },
        { "AUTH is not in 3.1.1", Client, Old, "f0 00", 0x81 },
        { "2.2.2-2: flags of CONNECT", Server, Old, "11 0c 00 04 4d 51 54 54 04 02 00 00 00 00", 0x81 },
        { "2.2.2-2: flags of CONNACK", Client, Old, "21 02 00 00", 0x81 },
        { "3.1.2-1: the name of the protocol", Server, Old, "10 0c 00 04 4d 51 54 58 04 02 00 00 00 00", 0x84 },
        { "3.1.2-1: MQTT 3.1", Server, Old, "10 0e 00 06 4d 51 49 73 64 70 03 02 00 00 00 00", 0x84 },
        { "3.1.2-2: the level", Server, Old, "10 0c 00 04 4d 51 54 54 03 02 00 00 00 00", 0x84 },
        { "3.1.2-2", Server, Old, "10 0c 00 04 4d 51 54 54 06 02 00 00 00 00", 0x84 },
        { "3.1.2-3: the reserved flag", Server, Old, "10 0c 00 04 4d 51 54 54 04 03 00 00 00 00", 0x81 },
        { "3.1.2-3", Server, New, "10 0d 00 04 4d 51 54 54 05 03 00 00 00 00 00", 0x81 },
        { "3.1.2-13: QoS without will", Server, Old, "10 0c 00 04 4d 51 54 54 04 0a 00 00 00 00", 0x81 },
        { "3.1.2-15: RETAIN without will", Server, Old, "10 0c 00 04 4d 51 54 54 04 22 00 00 00 00", 0x81 },
        { "3.1.2-14: QoS 3 of a will", Server, Old, "10 12 00 04 4d 51 54 54 04 1e 00 00 00 00 00 01 77 00 01 62", 0x81 },
        { "3.1.2-12 (5)", Server, New, "10 14 00 04 4d 51 54 54 05 1e 00 00 00 00 00 00 00 01 77 00 01 62", 0x81 },
        { "3.1.2-22: password without user name", Server, Old, "10 0f 00 04 4d 51 54 54 04 42 00 00 00 00 00 01 70", 0x81 },
        { "3.1.3-8: no identifier and a session", Server, Old, "10 0c 00 04 4d 51 54 54 04 00 00 00 00 00", 0x85 },
        { "3.1.3-4: the identifier is a text", Server, Old, "10 0e 00 04 4d 51 54 54 04 02 00 00 00 02 c0 80", 0x81 },
        { "1.5.3-2: U+0000 in the identifier", Server, Old, "10 0d 00 04 4d 51 54 54 04 02 00 00 00 01 00", 0x81 },
        { "3.1.3-10: the topic of a will is a text", Server, Old, "10 12 00 04 4d 51 54 54 04 06 00 00 00 00 00 01 ff 00 01 62", 0x81 },
        { "4.7.1-1: no wildcard in it", Server, Old, "10 12 00 04 4d 51 54 54 04 06 00 00 00 00 00 01 23 00 01 62", 0x90 },
        { "4.7.3-1: and at least one character", Server, Old, "10 11 00 04 4d 51 54 54 04 06 00 00 00 00 00 00 00 01 62", 0x90 },
        { "3.1.3-11: the user name is a text", Server, Old, "10 0f 00 04 4d 51 54 54 04 82 00 00 00 00 00 01 80", 0x81 },
        { "lengths: no level", Server, Old, "10 06 00 04 4d 51 54 54", 0x81 },
        { "lengths: no flags", Server, Old, "10 07 00 04 4d 51 54 54 04", 0x81 },
        { "lengths: half a keep-alive", Server, Old, "10 09 00 04 4d 51 54 54 04 02 00", 0x81 },
        { "lengths: no identifier", Server, Old, "10 0a 00 04 4d 51 54 54 04 02 00 00", 0x81 },
        { "lengths: an identifier beyond the end", Server, Old, "10 0d 00 04 4d 51 54 54 04 02 00 00 00 02 61", 0x81 },
        { "lengths: no will", Server, Old, "10 0c 00 04 4d 51 54 54 04 06 00 00 00 00", 0x81 },
        { "lengths: no message of the will", Server, Old, "10 0f 00 04 4d 51 54 54 04 06 00 00 00 00 00 01 77", 0x81 },
        { "lengths: no user name", Server, Old, "10 0c 00 04 4d 51 54 54 04 82 00 00 00 00", 0x81 },
        { "lengths: no password", Server, Old, "10 0f 00 04 4d 51 54 54 04 c2 00 00 00 00 00 01 75", 0x81 },
        { "lengths: a byte too many", Server, Old, "10 0d 00 04 4d 51 54 54 04 02 00 00 00 00 00", 0x81 },
        { "lengths: no properties", Server, New, "10 0a 00 04 4d 51 54 54 05 02 00 00", 0x81 },
        { "lengths: properties beyond the end", Server, New, "10 0d 00 04 4d 51 54 54 05 02 00 00 03 00 00", 0x81 },
        { "lengths: no properties of the will", Server, New, "10 0d 00 04 4d 51 54 54 05 06 00 00 00 00 00", 0x81 },
        { "2.2.2.2: a property of another packet", Server, New, "10 10 00 04 4d 51 54 54 05 02 00 00 03 13 00 1e 00 00", 0x81 },
        { "2.2.2.2: a property of the will", Server, New, "10 12 00 04 4d 51 54 54 05 02 00 00 05 18 00 00 00 1e 00 00", 0x81 },
        { "2.2.2.2: in the will one of CONNECT", Server, New, "10 17 00 04 4d 51 54 54 05 06 00 00 00 00 00 03 21 00 01 00 01 77 00 01 62", 0x81 },
        { "3.1.2.11.2: session expiry twice", Server, New, "10 17 00 04 4d 51 54 54 05 02 00 00 0a 11 00 00 00 01 11 00 00 00 01 00 00", 0x82 },
        { "3.1.2.11.3: receive maximum 0", Server, New, "10 10 00 04 4d 51 54 54 05 02 00 00 03 21 00 00 00 00", 0x82 },
        { "3.1.2.11.4: maximum packet size 0", Server, New, "10 12 00 04 4d 51 54 54 05 02 00 00 05 27 00 00 00 00 00 00", 0x82 },
        { "3.1.2.11.6: request response information 2", Server, New, "10 0f 00 04 4d 51 54 54 05 02 00 00 02 19 02 00 00", 0x82 },
        { "3.1.2.11.7: request problem information 2", Server, New, "10 0f 00 04 4d 51 54 54 05 02 00 00 02 17 02 00 00", 0x82 },
        { "3.1.2.11.10: data without method", Server, New, "10 10 00 04 4d 51 54 54 05 02 00 00 03 16 00 00 00 00", 0x82 },
        { "3.1.3.2.3: payload format 2 of a will", Server, New, "10 16 00 04 4d 51 54 54 05 06 00 00 00 00 00 02 01 02 00 01 77 00 01 62", 0x82 },
        { "3.1.3.2.6: a wildcard in a response topic", Server, New, "10 18 00 04 4d 51 54 54 05 06 00 00 00 00 00 04 08 00 01 2b 00 01 77 00 01 62", 0x90 },
        { "3.2.2-1: reserved flags of CONNACK", Client, Old, "20 02 02 00", 0x81 },
        { "3.2.2-4: a session with a refusal", Client, Old, "20 02 01 05", 0x82 },
        { "3.2.2-6 (5)", Client, New, "20 03 01 87 00", 0x82 },
        { "3.2.2.3: a reserved return code", Client, Old, "20 02 00 06", 0x81 },
        { "3.2.2-8 (5): a code of another packet", Client, New, "20 03 00 8e 00", 0x82 },
        { "lengths: CONNACK without code", Client, Old, "20 01 00", 0x81 },
        { "lengths: CONNACK with a byte too many", Client, Old, "20 03 00 00 00", 0x81 },
        { "lengths: CONNACK without properties", Client, New, "20 02 00 00", 0x81 },
        { "lengths: CONNACK with a byte too many", Client, New, "20 04 00 00 00 00", 0x81 },
        { "3.2.2.3.3: receive maximum 0", Client, New, "20 06 00 00 03 21 00 00", 0x82 },
        { "3.2.2.3.4: maximum QoS 2", Client, New, "20 05 00 00 02 24 02", 0x82 },
        { "3.2.2.3.5: retain available 2", Client, New, "20 05 00 00 02 25 02", 0x82 },
        { "3.2.2.3.6: maximum packet size 0", Client, New, "20 08 00 00 05 27 00 00 00 00", 0x82 },
        { "3.2.2.3.11: wildcards available 2", Client, New, "20 05 00 00 02 28 02", 0x82 },
        { "3.2.2.3.12: identifiers available 2", Client, New, "20 05 00 00 02 29 02", 0x82 },
        { "3.2.2.3.13: shared available 2", Client, New, "20 05 00 00 02 2a 02", 0x82 },
        { "3.2.2.3.14: server keep alive twice", Client, New, "20 09 00 00 06 13 00 01 13 00 01", 0x82 },
        { "3.2.2.3.7: an assigned identifier that is no text", Client, New, "20 07 00 00 04 12 00 01 ff", 0x81 },
        { "3.2.2.3.9: U+0000 in a reason", Client, New, "20 07 00 00 04 1f 00 01 00", 0x81 },
        { "3.15.2.2.2: AUTH without method", Client, New, "f0 02 18 00", 0x82 },
        { "3.15.2-1: a code of another packet", Client, New, "f0 02 01 00", 0x82 },
        { "3.15.2-1: what clients say", Client, New, "f0 06 19 04 15 00 01 6d", 0x82 },
        { "lengths: a remaining length of five bytes", Client, Old, "20 82 80 80 80 00 00 00", 0x81 },
        { "1.5.5-1 (5): a remaining length that is longer than it needs", Client, New, "20 83 00 00 00 00", 0x81 },
        { "2.1.4: more than is taken", Server, Old, "10 81 80 40", 0x95 },
        { "2.1.4: as much as can be said", Client, Old, "20 ff ff ff 7f", 0x95 },
    };

    /// <summary>Later packets: rule, who reads, version, bytes, code.</summary>
    public static TheoryData<string, MqttRole, MqttVersion, string, int> Later { get; } = new()
    {
        { "3.1.0-2: a second CONNECT", Server, Old, "10 0c 00 04 4d 51 54 54 04 02 00 00 00 00", 0x82 },
        { "3.2.0-2: a second CONNACK", Client, New, "20 03 00 00 00", 0x82 },
        { "type 0", Client, Old, "00 00", 0x81 },
        { "type 15 in 3.1.1", Client, Old, "f0 00", 0x81 },
        { "type 15 in 3.1.1", Server, Old, "f0 00", 0x81 },
        { "direction: SUBSCRIBE", Client, Old, "82 08 00 0a 00 03 61 2f 62 01", 0x82 },
        { "direction: SUBACK", Server, Old, "90 03 00 0a 00", 0x82 },
        { "direction: UNSUBSCRIBE", Client, New, "a2 06 00 0a 00 00 01 61", 0x82 },
        { "direction: UNSUBACK", Server, Old, "b0 02 00 0a", 0x82 },
        { "direction: PINGREQ", Client, Old, "c0 00", 0x82 },
        { "direction: PINGRESP", Server, New, "d0 00", 0x82 },
        { "direction: DISCONNECT of a server in 3.1.1", Client, Old, "e0 00", 0x82 },
        { "2.2.2-2: flags", Client, Old, "41 02 00 01", 0x81 },
        { "2.2.2-2: flags", Client, Old, "58 02 00 01", 0x81 },
        { "3.6.1-1: flags of PUBREL", Client, Old, "60 02 00 01", 0x81 },
        { "3.6.1-1", Server, New, "63 02 00 01", 0x81 },
        { "2.2.2-2: flags", Client, Old, "72 02 00 01", 0x81 },
        { "3.8.1-1: flags of SUBSCRIBE", Server, Old, "80 08 00 0a 00 03 61 2f 62 01", 0x81 },
        { "2.2.2-2: flags", Client, Old, "92 03 00 0a 00", 0x81 },
        { "3.10.1-1: flags of UNSUBSCRIBE", Server, Old, "a0 05 00 0a 00 01 61", 0x81 },
        { "2.2.2-2: flags", Client, Old, "b1 02 00 0a", 0x81 },
        { "2.2.2-2: flags", Server, Old, "c4 00", 0x81 },
        { "2.2.2-2: flags", Client, New, "d1 00", 0x81 },
        { "3.14.1-1: flags of DISCONNECT", Server, Old, "e1 00", 0x81 },
        { "3.15.1-1: flags of AUTH", Server, New, "f2 00", 0x81 },
        { "lengths: a remaining length of five bytes", Server, Old, "30 80 80 80 80 01", 0x81 },
        { "1.5.5-1 (5): a remaining length that is longer than it needs", Server, New, "c0 80 00", 0x81 },
        { "2.1.4: more than is taken", Server, Old, "30 fd ff 3f", 0x95 },
        // PUBLISH.
        { "3.3.1-2: a duplicate with QoS 0", Client, Old, "38 05 00 03 61 2f 62", 0x81 },
        { "3.3.1-4: QoS 3", Client, Old, "36 07 00 03 61 2f 62 00 0a", 0x81 },
        { "3.3.1-4", Server, New, "3e 08 00 03 61 2f 62 00 0a 00", 0x81 },
        { "3.3.2-2: a wildcard", Client, Old, "30 05 00 03 61 2f 2b", 0x90 },
        { "3.3.2-2", Client, New, "30 06 00 03 61 2f 23 00", 0x90 },
        { "4.7.3-1: no character", Client, Old, "30 02 00 00", 0x90 },
        { "3.3.2.1 (5): neither topic nor alias", Client, New, "30 03 00 00 00", 0x82 },
        { "3.3.2-1: no text", Client, Old, "30 04 00 02 c3 28", 0x81 },
        { "1.5.3-1: a surrogate", Client, Old, "30 05 00 03 ed a0 80", 0x81 },
        { "1.5.3-1: longer than it needs", Client, Old, "30 04 00 02 c0 af", 0x81 },
        { "1.5.3-1: above U+10FFFF", Client, Old, "30 06 00 04 f4 90 80 80", 0x81 },
        { "1.5.3-2: U+0000", Client, Old, "30 05 00 03 61 00 62", 0x81 },
        { "1.5.4-2 (5): U+0000", Server, New, "30 06 00 03 61 00 62 00", 0x81 },
        { "2.3.1-1: identifier 0", Client, Old, "32 07 00 03 61 2f 62 00 00", 0x82 },
        { "2.2.1-2 (5): identifier 0", Server, New, "34 08 00 03 61 2f 62 00 00 00", 0x82 },
        { "lengths: no topic", Client, Old, "30 00", 0x81 },
        { "lengths: half a length", Client, Old, "30 01 00", 0x81 },
        { "lengths: a topic beyond the end", Client, Old, "30 05 00 04 61 2f 62", 0x81 },
        { "lengths: a topic beyond the end", Client, Old, "30 05 ff ff 61 2f 62", 0x81 },
        { "lengths: no identifier", Client, Old, "32 05 00 03 61 2f 62", 0x81 },
        { "lengths: half an identifier", Client, Old, "32 06 00 03 61 2f 62 00", 0x81 },
        { "lengths: no properties", Client, New, "30 05 00 03 61 2f 62", 0x81 },
        { "lengths: properties beyond the end", Client, New, "30 07 00 03 61 2f 62 02 01", 0x81 },
        { "1.5.5-1 (5): a length that is longer than it needs", Client, New, "30 07 00 03 61 2f 62 80 00", 0x81 },
        { "1.5.5 (5): a length of five bytes", Client, New, "30 0b 00 03 61 2f 62 80 80 80 80 00 00", 0x81 },
        { "lengths: a length that ends with the packet", Client, New, "30 06 00 03 61 2f 62 80", 0x81 },
        { "2.2.2.2: no such property", Client, New, "30 08 00 03 61 2f 62 02 04 00", 0x81 },
        { "2.2.2.2: no such property", Client, New, "30 08 00 03 61 2f 62 02 2b 00", 0x81 },
        { "2.2.2.2: an identifier of two bytes", Client, New, "30 09 00 03 61 2f 62 03 81 01 00", 0x81 },
        { "2.2.2.2: of another packet", Client, New, "30 0b 00 03 61 2f 62 05 11 00 00 00 01", 0x81 },
        { "2.2.2.2: a value that is not there", Client, New, "30 07 00 03 61 2f 62 01 01", 0x81 },
        { "2.2.2.2: half a value", Client, New, "30 09 00 03 61 2f 62 03 02 00 00", 0x81 },
        { "2.2.2.2: a text beyond the properties", Client, New, "30 0b 00 03 61 2f 62 04 03 00 02 74 78", 0x81 },
        { "2.2.2.2: a pair without value", Client, New, "30 0a 00 03 61 2f 62 04 26 00 01 6b", 0x81 },
        { "2.2.2.2: a variable integer of five bytes", Client, New, "30 0c 00 03 61 2f 62 06 0b ff ff ff ff 01", 0x81 },
        { "3.3.2.3.2: payload format twice", Client, New, "30 0a 00 03 61 2f 62 04 01 00 01 00", 0x82 },
        { "3.3.2.3.2: payload format 2", Client, New, "30 08 00 03 61 2f 62 02 01 02", 0x82 },
        { "3.3.2.3.3: expiry twice", Client, New, "30 10 00 03 61 2f 62 0a 02 00 00 00 01 02 00 00 00 01", 0x82 },
        { "3.3.2-8: alias 0", Client, New, "30 09 00 03 61 2f 62 03 23 00 00", 0x94 },
        { "3.3.2-9: an alias above what was allowed", Client, New, "30 09 00 03 61 2f 62 03 23 00 0b", 0x94 },
        { "3.3.2.3.4: alias twice", Client, New, "30 0c 00 03 61 2f 62 06 23 00 01 23 00 01", 0x82 },
        { "3.3.2-14: a wildcard in a response topic", Server, New, "30 0a 00 03 61 2f 62 04 08 00 01 23", 0x90 },
        { "3.3.2-13: a response topic that is no text", Client, New, "30 0a 00 03 61 2f 62 04 08 00 01 ff", 0x81 },
        { "3.3.2.3.6: correlation data twice", Client, New, "30 0c 00 03 61 2f 62 06 09 00 00 09 00 00", 0x82 },
        { "3.3.2.3.7: a user property that is no text", Client, New, "30 0d 00 03 61 2f 62 07 26 00 01 ff 00 01 76", 0x81 },
        { "3.3.2.3.7: a user property with U+0000", Client, New, "30 0d 00 03 61 2f 62 07 26 00 01 6b 00 01 00", 0x81 },
        { "3.3.4-6: a subscription identifier of a client", Server, New, "30 08 00 03 61 2f 62 02 0b 01", 0x82 },
        { "3.3.2.3.8: subscription identifier 0", Client, New, "30 08 00 03 61 2f 62 02 0b 00", 0x82 },
        { "3.3.2-19: a content type that is no text", Client, New, "30 0a 00 03 61 2f 62 04 03 00 01 ff", 0x81 },
        { "3.3.2.3.9: content type twice", Client, New, "30 0c 00 03 61 2f 62 06 03 00 00 03 00 00", 0x82 },
        // What answers it.
        { "2.3.1-1: identifier 0", Client, Old, "40 02 00 00", 0x82 },
        { "2.3.1-1", Client, New, "50 02 00 00", 0x82 },
        { "2.3.1-1", Server, Old, "62 02 00 00", 0x82 },
        { "2.3.1-1", Server, Old, "70 02 00 00", 0x82 },
        { "lengths: no identifier", Client, Old, "40 00", 0x81 },
        { "lengths: half an identifier", Client, New, "50 01 00", 0x81 },
        { "lengths: a byte too many in 3.1.1", Client, Old, "40 03 00 01 00", 0x81 },
        { "lengths: a byte too many", Client, New, "40 05 00 01 00 00 00", 0x81 },
        { "lengths: properties beyond the end", Client, New, "40 04 00 01 00 01", 0x81 },
        { "3.4.2-1: a code of another packet", Client, New, "40 03 00 01 92", 0x82 },
        { "3.4.2-1: no code at all", Client, New, "40 03 00 01 03", 0x82 },
        { "3.5.2-1", Client, New, "50 03 00 01 8e", 0x82 },
        { "3.6.2-1", Client, New, "62 03 00 01 80", 0x82 },
        { "3.7.2-1", Client, New, "70 03 00 01 10", 0x82 },
        { "3.4.2.2.2: reason twice", Client, New, "40 0a 00 01 80 06 1f 00 00 1f 00 00", 0x82 },
        { "2.2.2.2: a property of another packet", Client, New, "40 07 00 01 80 03 21 00 01", 0x81 },
        // SUBSCRIBE and what answers it.
        { "2.3.1-1: identifier 0", Server, Old, "82 08 00 00 00 03 61 2f 62 01", 0x82 },
        { "3.8.3-3: no filter", Server, Old, "82 02 00 0a", 0x82 },
        { "3.8.3-2 (5): no filter", Server, New, "82 03 00 0a 00", 0x82 },
        { "3.8.3-1: no text", Server, Old, "82 06 00 0a 00 01 ff 01", 0x81 },
        { "4.7.3-1: no character", Server, Old, "82 05 00 0a 00 00 00", 0x8F },
        { "4.7.1-2: # before the end", Server, Old, "82 08 00 0a 00 03 23 2f 61 00", 0x8F },
        { "4.7.1-3: + beside others", Server, New, "82 08 00 0a 00 00 02 61 2b 00", 0x8F },
        { "4.8.2-1: a shared filter without group", Server, New, "82 0f 00 0a 00 00 09 24 73 68 61 72 65 2f 2f 61 00", 0x8F },
        { "4.8.2-2: a wildcard in a group", Server, New, "82 10 00 0a 00 00 0a 24 73 68 61 72 65 2f 2b 2f 61 00", 0x8F },
        { "3.8.3-4: reserved bits", Server, Old, "82 08 00 0a 00 03 61 2f 62 04", 0x81 },
        { "3.8.3-5 (5): reserved bits", Server, New, "82 09 00 0a 00 00 03 61 2f 62 40", 0x81 },
        { "3.8.3-4: QoS 3", Server, Old, "82 08 00 0a 00 03 61 2f 62 03", 0x81 },
        { "3.8.3.1 (5): QoS 3", Server, New, "82 09 00 0a 00 00 03 61 2f 62 03", 0x81 },
        { "3.8.3.1 (5): retain handling 3", Server, New, "82 09 00 0a 00 00 03 61 2f 62 30", 0x82 },
        { "3.8.3-4 (5): no local of a shared filter", Server, New, "82 10 00 0a 00 00 0a 24 73 68 61 72 65 2f 67 2f 61 04", 0x82 },
        { "3.8.2.1.2: identifier 0", Server, New, "82 0b 00 0a 02 0b 00 00 03 61 2f 62 01", 0x82 },
        { "3.8.2.1.2: identifier twice", Server, New, "82 0d 00 0a 04 0b 01 0b 01 00 03 61 2f 62 01", 0x82 },
        { "lengths: no options", Server, Old, "82 07 00 0a 00 03 61 2f 62", 0x81 },
        { "lengths: half a filter", Server, Old, "82 06 00 0a 00 03 61 2f", 0x81 },
        { "lengths: half an identifier", Server, Old, "82 01 00", 0x81 },
        { "lengths: no properties", Server, New, "82 02 00 0a", 0x81 },
        { "3.9.3-2: a reserved code", Client, Old, "90 03 00 0a 03", 0x82 },
        { "3.9.3-2", Client, Old, "90 03 00 0a 87", 0x82 },
        { "3.9.3-2 (5)", Client, New, "90 04 00 0a 00 9d", 0x82 },
        { "lengths: no code", Client, Old, "90 02 00 0a", 0x81 },
        { "lengths: no code", Client, New, "90 03 00 0a 00", 0x81 },
        { "2.3.1-1: identifier 0", Client, Old, "90 03 00 00 00", 0x82 },
        // UNSUBSCRIBE and what answers it.
        { "3.10.3-2: no filter", Server, Old, "a2 02 00 0a", 0x82 },
        { "3.10.3-1: no text", Server, Old, "a2 05 00 0a 00 01 ff", 0x81 },
        { "4.7.1-2", Server, Old, "a2 06 00 0a 00 02 61 23", 0x8F },
        { "2.3.1-1: identifier 0", Server, New, "a2 06 00 00 00 00 01 61", 0x82 },
        { "2.2.2.2: a property of another packet", Server, New, "a2 08 00 0a 02 0b 01 00 01 61", 0x81 },
        { "3.11: a payload in 3.1.1", Client, Old, "b0 03 00 0a 00", 0x81 },
        { "3.11.3 (5): no code", Client, New, "b0 03 00 0a 00", 0x81 },
        { "3.11.3-2 (5): a code of another packet", Client, New, "b0 04 00 0a 00 01", 0x82 },
        // The rest.
        { "3.12: a payload", Server, Old, "c0 01 00", 0x81 },
        { "3.13: a payload", Client, New, "d0 01 00", 0x81 },
        { "3.14: a payload in 3.1.1", Server, Old, "e0 01 00", 0x81 },
        { "3.14.2-1: a code of another packet", Server, New, "e0 01 01", 0x82 },
        { "3.14.2-1: what clients say", Client, New, "e0 01 04", 0x82 },
        { "3.14.2-2: session expiry of a server", Client, New, "e0 07 00 05 11 00 00 00 05", 0x82 },
        { "3.14.2.2.5: server reference of a client", Server, New, "e0 06 00 04 1c 00 01 73", 0x82 },
        { "lengths: a byte too many", Server, New, "e0 03 00 00 00", 0x81 },
        { "3.15.2.2.2: AUTH without method", Server, New, "f0 02 18 00", 0x82 },
        { "3.15.2.2.3: data without method", Server, New, "f0 05 18 03 16 00 00", 0x82 },
        { "3.15.2.2.2: method twice", Server, New, "f0 0a 18 08 15 00 01 6d 15 00 01 6d", 0x82 },
    };

    /// <summary>What is allowed although it looks as if it were not: who reads, version, bytes, story.</summary>
    public static TheoryData<MqttRole, MqttVersion, string, string> Allowed { get; } = new()
    {
        { Server, Old, "c0 80 00", "PINGREQ; " }, // 3.1.1 does not ask for the shortest form of a length.
        { Client, Old, "30 85 80 80 00 00 03 61 2f 62", "PUBLISH a/b q0 (0) = ; " },
        { Client, New, "40 04 12 34 00 00", "PUBACK #4660; " }, // Success and no properties may be said,
        { Client, New, "e0 02 00 00", "DISCONNECT; " },
        { Client, New, "e0 02 8e 00", "DISCONNECT 8E; " },
        { Client, New, "f0 00", "AUTH; " }, // or be left out.
        { Client, Old, "30 06 00 04 ef bb bf 61", "PUBLISH \u00ef\u00bb\u00bfa q0 (0) = ; " }, // 1.5.3-3: U+FEFF stays.
        { Client, Old, "30 03 00 01 01", "PUBLISH \u0001 q0 (0) = ; " }, // Control characters and non-characters need not be refused.
        { Client, Old, "30 05 00 03 ef bf bf", "PUBLISH \u00ef\u00bf\u00bf q0 (0) = ; " },
        { Client, Old, "30 04 00 02 24 2f", "PUBLISH $/ q0 (0) = ; " },
        { Client, New, "30 0a 00 03 61 2f 62 04 08 00 01 23", "PUBLISH a/b q0 {8=0:# } (0) = ; " }, // What a publisher says and a server passes on is the application's to judge.
        { Client, New, "30 09 00 03 61 2f 62 03 08 00 00", "PUBLISH a/b q0 {8=0 } (0) = ; " },
        { Client, New, "30 06 00 00 03 23 00 0a", "PUBLISH  q0 {35=10 } (0) = ; " },
        { Client, New, "30 0c 00 01 61 08 0b 01 0b 02 0b 80 01 78", "violation 81" }, // As a check of this table: a length that does not fit.
        { Client, New, "30 0c 00 01 61 07 0b 01 0b 02 0b 80 01 78", "PUBLISH a q0 {11=1 11=2 11=128 } (1) = x; " },
    };

    [Theory]
    [MemberData(nameof(First))]
    public void A_first_packet_that_breaks_a_rule_is_refused(string rule, MqttRole reader, MqttVersion version, string hex, int code) =>
        Check(rule, hex, code, () => reader == Client ? MqttPacketReader.ForClient(version, PacketLog.Limits) : MqttPacketReader.ForServer(PacketLog.Limits));

    [Theory]
    [MemberData(nameof(Later))]
    public void A_packet_that_breaks_a_rule_is_refused(string rule, MqttRole reader, MqttVersion version, string hex, int code) =>
        Check(rule, hex, code, () => PacketLog.Connected(reader, version));

    [Theory]
    [MemberData(nameof(Allowed))]
    public void What_no_rule_forbids_is_taken(MqttRole reader, MqttVersion version, string hex, string story)
    {
        var bytes = Hex.Bytes(hex);
        for (var step = 1; step <= bytes.Length; step++)
            Assert.Equal(story, PacketLog.Read(bytes, step, PacketLog.Connected(reader, version)));
    }

    [Fact]
    public void After_a_violation_nothing_is_read_any_more()
    {
        using var log = new PacketLog(PacketLog.Connected(Client, Old));
        log.Feed(Hex.Bytes("00 00"));
        log.Feed(Hex.Bytes("30 05 00 03 61 2f 62"));
        Assert.Equal("violation 81violation 81", log.Story);
    }

    [Fact]
    public void After_DISCONNECT_nothing_is_looked_at()
    {
        using var log = new PacketLog(PacketLog.Connected(Server, Old));
        log.Feed(Hex.Bytes("e0 00 00 ff 00"));
        log.Feed(Hex.Bytes("30 05 00 03 61 2f 62"));
        Assert.Equal("DISCONNECT; ", log.Story);
    }

    [Fact]
    public void Violations_quote_neither_payload_nor_credentials()
    {
        using var log = new PacketLog(MqttPacketReader.ForServer(PacketLog.Limits));
        log.Feed(Hex.Bytes("10 16 00 04 4d 51 54 54 04 c2 00 00 00 00 00 02 6d 65 00 06 73 65 63 72"));
        Assert.Equal("violation 81", log.Story);
        Assert.Equal("CONNECT ends within its password", log.Reader.Violation!.Message);
    }

    /// <summary>So that each is refused for its own reason, and in words that help.</summary>
    [Fact]
    public void What_is_said_of_each_stands_beside_the_tests()
    {
        var text = new System.Text.StringBuilder();
        foreach (var (rule, role, version, hex, code) in First.Select(static one => one.Data))
            Tell(rule, hex, code, role == Client ? MqttPacketReader.ForClient(version, PacketLog.Limits) : MqttPacketReader.ForServer(PacketLog.Limits));
        foreach (var (rule, role, version, hex, code) in Later.Select(static one => one.Data))
            Tell(rule, hex, code, PacketLog.Connected(role, version));
        Approved.File(text.ToString(), RepoPaths.Combine("tests", "SecureStreams.Codecs.Tests", "Mqtt", "rules.verified.txt"));

        void Tell(string rule, string hex, int code, MqttPacketReader reader)
        {
            PacketLog.Read(Hex.Bytes(hex), 1000, reader);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{rule} | {hex} | {code:X2} {reader.Violation?.Message}\n");
        }
    }

    private static void Check(string rule, string hex, int code, Func<MqttPacketReader> reader)
    {
        var bytes = Hex.Bytes(hex);
        for (var step = 1; step <= bytes.Length; step++)
        {
            using var log = new PacketLog(reader());
            for (var at = 0; at < bytes.Length; at += step)
                log.Feed(bytes.AsSpan(at, Math.Min(step, bytes.Length - at)));
            Assert.True(log.Story.StartsWith($"violation {code:X2}", StringComparison.Ordinal), $"{rule}: {log.Story} {log.Reader.Violation?.Message}");
            Assert.NotEmpty(log.Reader.Violation!.Message);
            Assert.False(log.Reader.Violation.Message.EndsWith('.'), log.Reader.Violation.Message);
        }
    }
}
