using System.Text.Unicode;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>The texts of the protocol: UTF-8 with two bytes of length before it (section 1.5.3 of MQTT 3.1.1, 1.5.4 of MQTT 5).</summary>
public static class MqttTexts
{
    /// <summary>The longest text, in bytes.</summary>
    public const int MaxBytes = 65_535;

    /// <summary>Whether bytes can be a text: no longer than <see cref="MaxBytes"/>, UTF-8 without surrogates and overlong forms, and without U+0000.</summary>
    /// <remarks>What the standard only advises against (control characters, non-characters) is taken.</remarks>
    public static bool IsText(ReadOnlySpan<byte> text) => text.Length <= MaxBytes && Utf8.IsValid(text) && !text.Contains((byte)0);
}
