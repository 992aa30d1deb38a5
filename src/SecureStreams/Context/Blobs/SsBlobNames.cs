using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace SecureStreams;

/// <summary>
/// The names of the blobs that policies mean without naming them, each with the number that lws has for it (<c>LWS_SYSBLOB_TYPE_*</c>). Any other name may be used
/// where a policy names a blob itself (<c>blob_name</c>, <c>tls_cert_blob</c> and their like).
/// </summary>
public static class SsBlobNames
{
    /// <summary>The longest name.</summary>
    public const int LongestName = 128;

    /// <summary>lws 1: the root token that others are fetched with.</summary>
    public const string AuthRoot = "AUTH_1";

    /// <summary>lws 2: the certificate of a client in TLS, DER.</summary>
    public const string ClientCertificate = "CLIENT_CERT_DER";

    /// <summary>lws 3: its private key, DER.</summary>
    public const string ClientKey = "CLIENT_KEY_DER";

    /// <summary>lws 4: the serial number of the device (<c>http_dsn_header</c>).</summary>
    public const string DeviceSerial = "DEVICE_SERIAL";

    /// <summary>lws 5: the version of its firmware (<c>http_fwv_header</c>).</summary>
    public const string DeviceFirmwareVersion = "DEVICE_FW_VERSION";

    /// <summary>lws 6: its type (<c>http_devtype_header</c>).</summary>
    public const string DeviceType = "DEVICE_TYPE";

    /// <summary>lws 7: a server that tells the time.</summary>
    public const string NtpServer = "NTP_SERVER";

    /// <summary>lws 8: the client id of mqtt.</summary>
    public const string MqttClientId = "MQTT_CLIENT_ID";

    /// <summary>lws 9: the user name of mqtt.</summary>
    public const string MqttUserName = "MQTT_USERNAME";

    /// <summary>lws 10: the password of mqtt.</summary>
    public const string MqttPassword = "MQTT_PASSWORD";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>All of them; the index is the number that lws has.</summary>
    public static ImmutableArray<string> WellKnown { get; } =
    [
        Auth(0), AuthRoot, ClientCertificate, ClientKey, DeviceSerial, DeviceFirmwareVersion, DeviceType, NtpServer, MqttClientId, MqttUserName, MqttPassword,
        ExtendedAuth(0), ExtendedAuth(1), ExtendedAuth(2), ExtendedAuth(3),
    ];

    /// <summary>The token of the index that <c>auth[].blob</c> has; lws knows 0 and 1.</summary>
    /// <param name="index">0 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in the range.</exception>
    public static string Auth(int index) => Numbered("AUTH_", index, 0);

    /// <summary>The credentials of the index that <c>auth[].blob</c> has in a <c>sigv4</c> scheme; lws knows 0 to 3, as <c>EXT_AUTH1</c> to <c>EXT_AUTH4</c>.</summary>
    /// <param name="index">0 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in the range.</exception>
    public static string ExtendedAuth(int index) => Numbered("EXT_AUTH", index, 1);

    /// <summary>The certificate of the index that <c>client_cert</c> has: 0, the only one that lws stores, is <see cref="ClientCertificate"/>, 1 is <c>CLIENT_CERT_DER_1</c>.</summary>
    /// <param name="index">0 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in the range.</exception>
    public static string ClientCertificateAt(int index) => index == 0 ? ClientCertificate : Numbered($"{ClientCertificate}_", index, 0);

    /// <summary>The key that belongs to <see cref="ClientCertificateAt"/>: 0 is <see cref="ClientKey"/>, 1 is <c>CLIENT_KEY_DER_1</c>.</summary>
    /// <param name="index">0 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in the range.</exception>
    public static string ClientKeyAt(int index) => index == 0 ? ClientKey : Numbered($"{ClientKey}_", index, 0);

    /// <summary>Refuses what is no name: nothing that could lead out of a folder, be hidden in it, or forge a line of a log.</summary>
    /// <param name="name">1 to <see cref="LongestName"/> letters, digits, '.', '_' and '-', the first no dot. Upper and lower case differ.</param>
    /// <exception cref="ArgumentException">It has not that form. The message does not quote it: a secret put in the place of its name would be told.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ProblemOf(name) is { } problem)
            throw new ArgumentException($"The name of a blob has 1 to {LongestName} letters, digits, '.', '_' and '-', and begins with no dot: {problem}.", nameof(name));
    }

    /// <summary>Whether a text has the form that <see cref="Check"/> asks for.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ProblemOf(text) is null;
    }

    private static string? ProblemOf(string name) => name switch
    {
        "" => "it is empty",
        { Length: > LongestName } => $"it has {name.Length} characters",
        ['.', ..] => "it begins with a dot",
        _ when name.AsSpan().IndexOfAnyExcept(Allowed) is >= 0 and var at => $"character {at + 1} is not allowed",
        _ => null,
    };

    private static string Numbered(string prefix, int index, int first)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, byte.MaxValue);
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{index + first}");
    }
}
