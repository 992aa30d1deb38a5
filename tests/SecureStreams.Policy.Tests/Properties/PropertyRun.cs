using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>
/// Runs a property over many cases. The seed is printed and part of the message of a failure; <c>SS_TEST_SEED</c> takes another one, <c>SS_TEST_LONG=1</c> runs many more cases.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
internal static class PropertyRun
{
    private const int Cases = 300;
    private const int LongCases = 20_000;
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    public static bool IsLong => Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1";

    public static int Count => IsLong ? LongCases : Cases;

    /// <summary>The seed of this run: the same every time unless the environment names another.</summary>
    public static int Seed => int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seed) ? seed : 20261121;

    /// <param name="make">A case from a random source and a size that grows from 1 to 100.</param>
    /// <param name="smaller">Cases that are a little smaller, for the smallest one that fails.</param>
    /// <param name="holds">Throws when the property does not hold.</param>
    public static void All<T>(Func<Random, int, T> make, Func<T, IEnumerable<T>> smaller, Action<T> holds)
    {
        var seed = Seed;
        TestContext.Current.TestOutputHelper?.WriteLine($"SS_TEST_SEED={seed}, {Count} cases");
        var cases = Gen.Sized(size => Gen.Choose(0, int.MaxValue).Select(one => make(new Random(one), size)));
        var config = Config.QuickThrowOnFailure.WithMaxTest(Count).WithReplay((ulong)seed, Gamma | 1).WithQuietOnSuccess(true);
        try
        {
            Check.One(config, Prop.ForAll(Arb.From(cases, smaller), holds));
        }
        catch (Exception failed)
        {
            throw new InvalidOperationException($"SS_TEST_SEED={seed}", failed);
        }
    }

    /// <summary>A policy and two overlays for it.</summary>
    public static void AllLayers(Action<PolicySketch, PolicySketch, PolicySketch> hold) => All(
        static (random, size) =>
        {
            var policy = SketchGenerator.Policy(random, size);
            var first = SketchGenerator.Overlay(random, size, policy);
            return (Base: policy, First: first, Second: SketchGenerator.Overlay(random, size, first.Over(policy)));
        },
        static one => one.Second.Smaller().Select(second => one with { Second = second })
            .Concat(one.First.Smaller().Select(first => one with { First = first }))
            .Concat(one.Base.Smaller().Select(lower => one with { Base = lower })),
        one => hold(one.Base, one.First, one.Second));

    /// <summary>One policy.</summary>
    public static void AllPolicies(Action<PolicySketch> hold) => All(SketchGenerator.Policy, static one => one.Smaller(), hold);

    public static PolicyLoadResult Load(params PolicySketch[] layers) =>
        PolicyLoader.Load([.. layers.Select(static (layer, index) => new PolicyDocument(layer.ToUtf8(), $"layer{index}"))]);
}
