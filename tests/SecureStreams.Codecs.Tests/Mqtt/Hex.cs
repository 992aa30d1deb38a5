namespace SecureStreams.Codecs.Tests.Mqtt;

internal static class Hex
{
    /// <summary>The bytes of a text such as <c>20 02 00 00</c>.</summary>
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
