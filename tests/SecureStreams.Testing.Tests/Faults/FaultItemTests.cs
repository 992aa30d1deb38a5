using SecureStreams.Policy;
using SecureStreams.Testing.Faults;

namespace SecureStreams.Testing.Tests.Faults;

public sealed class FaultItemTests
{
    public static TheoryData<string> Known =>
    [
        "name_not_found", "connect_refused", "connect_unreachable", "connect_no_answer", "tls_untrusted", "tls_expired", "tls_wrong_name", "cut", "stall",
        "delay_connect_ms=5", "delay_first_byte_ms=5", "delay_write_ms=5", "rate_limit=5", "corrupt_sent=5", "corrupt_received=5", "cut_after_ms=5", "cut_after_sent=5",
        "cut_after_received=5", "cut_after_messages=5", "stall_after_ms=5", "stall_after_sent=5", "stall_after_received=5", "http_status=503",
    ];

    [Theory]
    [MemberData(nameof(Known))]
    public void Whatever_the_table_lets_pass_is_understood(string fault)
    {
        var text = fault + " attempts=1,3-5 percent=50";
        var model = PolicyLoader.Load([PolicyDocument.FromJson($$"""{ "s": [{ "a": { "endpoint": "x", "port": 1, "protocol": "raw", "test_faults": ["{{text}}"] } }] }""", "policy")]).Model;
        var item = FaultItem.Parse(Assert.Single(model!.StreamTypes["a"].Find("test_faults")!.Value.Value.Items).Text);

        Assert.Equal([(1, 1), (3, 5)], item.Attempts);
        Assert.Equal(50, item.Percent);
        Assert.Equal(fault.EndsWith("=5", StringComparison.Ordinal) ? 5 : fault.EndsWith("503", StringComparison.Ordinal) ? 503 : 0, item.Value);
    }

    [Fact]
    public void Every_kind_is_known()
    {
        var kinds = Known.Select(static one => FaultItem.Parse(one.Data).Kind).Distinct();

        Assert.Equal(Enum.GetValues<FaultKind>().Order(), kinds.Order());
    }

    [Fact]
    public void An_answer_has_its_headers()
    {
        var item = FaultItem.Parse("http_status=302 location=http://portal/?a=b retry_after=7 percent=0");

        Assert.Equal((302, "http://portal/?a=b", 7, 0), (item.Value, item.Location, item.RetryAfter, item.Percent));
    }

    [Fact]
    public void The_same_seed_draws_the_same_and_about_as_often_as_asked()
    {
        var drawn = Draws(1);

        Assert.Equal(drawn, Draws(1));
        Assert.NotEqual(drawn, Draws(2));
        Assert.InRange(drawn.Count(static one => one), 2700, 3300);
    }

    private static List<bool> Draws(int seed)
    {
        var model = PolicyLoader.Load([PolicyDocument.FromJson(
            $$"""{ "s": [{ "a": { "endpoint": "x", "port": 1, "protocol": "raw", "test_fault_seed": {{seed}}, "test_faults": ["connect_refused percent=30"] } }] }""", "policy")]).Model!;
        var set = FaultSet.Of("a", model.StreamTypes["a"]);
        return [.. Enumerable.Range(1, 10_000).Select(attempt => set.In(attempt, answers: false).Count > 0)];
    }
}
