using SecureStreams.Policy;

namespace SecureStreams.Testing.Tests.Faults;

/// <summary>A program that has not asked for faults obeys none, wherever they come from.</summary>
public sealed class FaultGateTests
{
    private static readonly string Faulty = FaultPolicy.Of(null, """, "test_faults": ["connect_refused"] """);

    [Fact]
    public void A_policy_with_faults_is_refused_with_its_place()
    {
        var error = Assert.Throws<SsPolicyException>(() => SsContext.FromJson(Faulty));

        Assert.Equal(
            "The policy injects faults and this program has not asked for it; a test does so with the package SecureStreams.Testing and options.UseFaultInjection():\n"
            + "policy(7,104): error: streamtype 'raw' has test_faults, faults that a test injects; take them out of this policy",
            error.Message.ReplaceLineEndings("\n"));
        Assert.Single(error.Diagnostics);
    }

    [Fact]
    public async Task A_model_with_faults_is_refused_as_well()
    {
        var model = PolicyLoader.Load([PolicyDocument.FromJson(Faulty, "policy")]).Model!;
        Assert.Throws<SsPolicyException>(() => new LocalContext(model));
        await using var opted = new LocalContext(model, new SsContextOptions().UseFaultInjection());
        await using var context = SsContext.FromJson(FaultPolicy.Of(null));
        Assert.Contains("UseFaultInjection", context.UpdatePolicy(model).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_and_an_overlay_that_bring_faults_change_nothing()
    {
        await using var context = SsContext.FromJson(FaultPolicy.Of(null));

        Assert.Contains("raw", context.UpdatePolicy(Faulty).Refusal, StringComparison.Ordinal);
        Assert.Contains("server-down(5,24)", context.ApplyOverlay(SsOverlays.ServerDown("raw")).Refusal, StringComparison.Ordinal);
        Assert.Contains("UseFaultInjection", context.PlanOverlay(SsOverlays.NoInternet("h2")).Refusal, StringComparison.Ordinal);
        Assert.Equal(0, context.PolicyRevision);
        Assert.Empty(context.AppliedOverlays);
    }

    [Fact]
    public async Task An_empty_list_injects_nothing_and_is_no_reason_to_refuse()
    {
        await using var context = SsContext.FromJson(FaultPolicy.Of(null, """, "test_faults": [], "test_fault_seed": 7 """));
    }

    [Theory]
    [InlineData("connect_refuse")]
    [InlineData("cut_after_sent")]
    [InlineData("cut_after_sent=x")]
    [InlineData("http_status=700")]
    [InlineData("connect_refused attempts=0")]
    [InlineData("connect_refused percent=101")]
    [InlineData("connect_refused percent=5 attempts=1")]
    public void A_fault_of_no_known_form_is_an_error_at_its_place(string fault)
    {
        var error = Assert.Throws<SsPolicyException>(() => SsContext.FromJson(FaultPolicy.Of(null, $$""", "test_faults": ["stall", "{{fault}}"] """), new SsContextOptions().UseFaultInjection()));

        Assert.Contains("policy(7,", error.Message, StringComparison.Ordinal);
        Assert.Contains("must be a fault, such as connect_refused", error.Message, StringComparison.Ordinal);
    }
}
