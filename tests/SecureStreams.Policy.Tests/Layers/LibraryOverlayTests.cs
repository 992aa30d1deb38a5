using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests.Layers;

/// <summary>The overlays of the library, and those that lws's programs lay over their policies.</summary>
public sealed class LibraryOverlayTests
{
    private static readonly string Folder = RepoPaths.Combine("policies");

    public static TheoryData<string> Policies => [.. Directory.EnumerateFiles(Folder, "*.json").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_overlay_of_the_library_goes_over_every_policy_in_any_order(string policy)
    {
        string[] overlays = [.. Directory.EnumerateFiles(Path.Combine(Folder, "overlays"), "*.json").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(overlays);
        foreach (var first in overlays)
        {
            Load(policy, first);
            foreach (var second in overlays)
                Load(policy, first, second);
        }
    }

    [Fact]
    public void Overlays_that_touch_different_attributes_may_come_in_any_order()
    {
        string[] overlays = [Path.Combine(Folder, "overlays", "loopback.json"), Path.Combine(Folder, "overlays", "quick-retries.json")];
        Assert.All(Policies, policy => Assert.Equal(Load(policy.Data, overlays), Load(policy.Data, overlays[1], overlays[0])));
    }

    [Fact]
    public void Retries_that_need_no_waiting_reach_every_stream_of_the_scheme()
    {
        var model = Load("web-api.json", Path.Combine(Folder, "overlays", "quick-retries.json"));
        var retry = model.StreamTypes["web-api"].Retry!;
        Assert.Equal([10, 20], retry.Backoff.Select(static one => one.TotalMilliseconds));
        Assert.Equal((2, 0, null, null), (retry.Conceal, retry.JitterPercent, retry.ValidityPing, retry.ValidityHangup));
    }

    /// <summary>A network that only pretends to be the Internet: the question goes to a server that redirects.</summary>
    [Fact]
    public void The_question_for_a_portal_can_be_sent_to_a_host_that_redirects()
    {
        var stream = Cover("""{ "s": [ { "captive_portal_detect": { "endpoint": "redirects.example", "http_url": "/", "port": 80 } } ] }""");
        Assert.Equal(("redirects.example", "/", 80), (stream.Endpoint!.Text, stream.Http!.Url.Text, stream.Port));
        Assert.True(stream.Http.FailRedirect);
        Assert.Equal(204, stream.Http.Expect);
    }

    /// <summary>No network: the question goes to a port where nobody listens.</summary>
    [Fact]
    public void The_question_for_a_portal_can_be_sent_to_a_dead_port()
    {
        var stream = Cover("""{ "s": [ { "captive_portal_detect": { "endpoint": "127.0.0.1", "http_url": "/", "port": 999 } } ] }""");
        Assert.Equal(("127.0.0.1", 999), (stream.Endpoint!.Text, stream.Port));
        Assert.Null(stream.Retry);
        Assert.Equal("cover", stream.Locate("port")!.Value.File);
        Assert.Equal("captive-portal.json", stream.Locate("http_expect")!.Value.File);
    }

    private static StreamTypePolicy Cover(string overlay)
    {
        var result = PolicyLoader.Load(
            [new(File.ReadAllBytes(Path.Combine(Folder, "captive-portal.json")), "captive-portal.json"), new(System.Text.Encoding.UTF8.GetBytes(overlay), "cover")]);
        Assert.Empty(result.Diagnostics);
        return result.Model!.StreamTypes["captive_portal_detect"];
    }

    private static PolicyModel Load(string policy, params string[] overlays)
    {
        var result = PolicyLoader.Load([.. overlays.Prepend(Path.Combine(Folder, policy)).Select(static file => new PolicyDocument(File.ReadAllBytes(file), file))]);
        Assert.DoesNotContain(result.Diagnostics, static one => one.Severity == PolicySeverity.Error);
        return result.Model!;
    }
}
