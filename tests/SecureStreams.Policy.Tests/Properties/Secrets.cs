using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>The secrets that generated policies have.</summary>
internal static class Secrets
{
    /// <summary>A password in a URL, a password of a proxy, and the bytes of a private key.</summary>
    private static readonly string[] Known = ["hunter2", "a:b@", "MC4CAQAwBQYDK2VwBCIEIAAB"];

    public static void AssertNone(string text) => Assert.All(Known, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
}
