using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>The secrets that generated policies have.</summary>
internal static class Secrets
{
    /// <summary>A password in a URL, a password of a proxy, and the bytes of a private key.</summary>
    private static readonly string[] Known = ["hunter2", "a:b@", "MC4CAQAwBQYDK2VwBCIEIAAB"];

    public static IEnumerable<string> In(string text) => Known.Where(secret => text.Contains(secret, StringComparison.Ordinal));

    /// <summary>Whether all of them have been met: else nothing would have been hidden.</summary>
    public static void AssertAll(IEnumerable<string> met) => Assert.Equal(Known.Order(StringComparer.Ordinal), met.Distinct().Order(StringComparer.Ordinal));

    public static void AssertNone(string text) => Assert.All(Known, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
}
