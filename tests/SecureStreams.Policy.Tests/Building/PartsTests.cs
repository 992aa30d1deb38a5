using System.Reflection;
using Xunit;

namespace SecureStreams.Policy.Tests.Building;

/// <summary>What is gathered for one streamtype must not leak into the next.</summary>
public sealed class PartsTests
{
    [Fact]
    public void Cleared_parts_are_new_ones()
    {
        var used = new StreamTypeParts(new ResolvedNames([]));
        Fill(used);
        Fill(used.Http);
        AssertDiffer(new StreamTypeParts(new ResolvedNames([])), used);
        AssertDiffer(new HttpParts(), used.Http);
        Fill(used.BlobHeaders);
        AssertDiffer(new BlobHeaderParts(), used.BlobHeaders);

        used.Clear();
        AssertSame(new StreamTypeParts(new ResolvedNames([])), used);
        AssertSame(new HttpParts(), used.Http);
        AssertSame(new BlobHeaderParts(), used.BlobHeaders);
    }

    private static IEnumerable<PropertyInfo> Settable(object parts) => parts.GetType().GetProperties().Where(static one => one.CanWrite);

    private static void Fill(object parts) => Assert.All(Settable(parts), one => one.SetValue(parts, Other(one)));

    private static object? Other(PropertyInfo one) => one.PropertyType switch
    {
        var type when type == typeof(bool) => true,
        var type when type == typeof(int) || type == typeof(int?) => 7,
        var type when type == typeof(string) => "other",
        var type when type == typeof(WireProtocol) => WireProtocol.Raw,
        var type when type == typeof(TimeSpan?) || type == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
        var type when type == typeof(PolicyTemplate) => PolicyTemplate.Parse("other"),
        var type when type == typeof(ProxyPolicy) => ProxyPolicy.None,
        var type when type == typeof(AuthPolicy) => AuthPolicy.Default,
        var type when type == typeof(RetryPolicy) => new RetryParts().Build("other"),
        var type when type == typeof(CertificatePolicy) => new CertificatePolicy { Name = "other", Der = [], Problem = null },
        var type when type == typeof(TrustStorePolicy) => new TrustStorePolicy { Name = "other", Certificates = [] },
        var type when type == typeof(System.Collections.Immutable.ImmutableArray<MetadataPolicy>) =>
            System.Collections.Immutable.ImmutableArray.Create(new MetadataPolicy("other", null)),
        var type when type == typeof(System.Collections.Immutable.ImmutableArray<KeyValuePair<int, int>>) =>
            System.Collections.Immutable.ImmutableArray.Create(KeyValuePair.Create(404, 1404)),
        var type => throw new InvalidOperationException($"{one.Name}: no other value of {type} is known to this test."),
    };

    private static void AssertDiffer(object fresh, object used) =>
        Assert.All(Settable(fresh), one => Assert.NotEqual(one.GetValue(fresh), one.GetValue(used)));

    private static void AssertSame(object fresh, object used) =>
        Assert.All(Settable(fresh), one => Assert.Equal(one.GetValue(fresh), one.GetValue(used)));
}
