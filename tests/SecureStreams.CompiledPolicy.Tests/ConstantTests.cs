using System.Reflection;
using SecureStreams.CompiledPolicy.Tests.Compiled;
using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>The constants of the compiled policies that are compiled in here.</summary>
public class ConstantTests
{
    public static TheoryData<string> Own => CompiledTextTests.Own;

    [Theory]
    [MemberData(nameof(Own))]
    public void Each_name_of_the_policy_is_a_constant_and_nothing_else_is(string name)
    {
        var one = Case.Find(name);
        var model = one.Load().Model!;
        var streams = Constants(one.Compiled.GetNestedType("StreamTypes")!);
        Assert.Equal(model.StreamTypes.Keys.Order(StringComparer.Ordinal), streams.Values.Order(StringComparer.Ordinal));

        var metadata = one.Compiled.GetNestedType("Metadata")!.GetNestedTypes().ToDictionary(static type => type.Name, Constants);
        foreach (var (identifier, stream) in streams)
        {
            var names = model.StreamTypes[stream].Metadata.Select(static declared => declared.Name).Order(StringComparer.Ordinal);
            Assert.Equal(names, metadata.Remove(identifier, out var own) ? own.Values.Order(StringComparer.Ordinal) : []);
        }

        Assert.Empty(metadata);
    }

    [Fact]
    public void Names_become_identifiers_that_read_like_them()
    {
        Assert.Equal("captive_portal_detect", CaptivePortalPolicy.StreamTypes.CaptivePortalDetect);
        Assert.Equal("web-api-put", WebApiPolicy.StreamTypes.WebApiPut);
        Assert.Equal("content_type", WebApiPolicy.Metadata.WebApiPut.ContentType);
        Assert.Equal("_lws_smd", NamesPolicy.StreamTypes.LwsSmd);
        Assert.Equal("3g", NamesPolicy.StreamTypes._3g);
        Assert.Equal("class", NamesPolicy.StreamTypes.Class);
        Assert.Equal("---", NamesPolicy.StreamTypes._);
        Assert.Equal("\u00e4pfel.\u03c9", NamesPolicy.StreamTypes.ÄpfelΩ);
        Assert.Equal("line\u2028end\r\n", NamesPolicy.StreamTypes.LineEnd);
        Assert.Equal("\"*/ <b>\\u0041", NamesPolicy.StreamTypes.BU0041);
    }

    [Fact]
    public void Names_that_clash_are_numbered_and_take_no_other_name()
    {
        Assert.Equal("FooBar", NamesPolicy.StreamTypes.FooBar);
        Assert.Equal("foo bar 2", NamesPolicy.StreamTypes.FooBar2);
        Assert.Equal("foo-bar", NamesPolicy.StreamTypes.FooBar3);
        Assert.Equal("foo_bar", NamesPolicy.StreamTypes.FooBar4);
        Assert.Equal("level3", NamesPolicy.StreamTypes.Level3);
        Assert.Equal("level_3", NamesPolicy.StreamTypes.Level3_2);
        Assert.Equal("\ud83d\ude00", NamesPolicy.StreamTypes._2);
        Assert.Equal("Equals", NamesPolicy.StreamTypes.Equals2);
        Assert.Equal("metadata", NamesPolicy.StreamTypes.Metadata2);
        Assert.Equal("3g", NamesPolicy.Metadata._3g._3g2);
        Assert.Equal("metadata", NamesPolicy.Metadata.Metadata2.Metadata);
    }

    [Fact]
    public void The_access_is_the_one_asked_for()
    {
        var load = Case.Find("DemoPolicy").Load();
        Assert.Contains("\npublic static class CompiledPolicy\n", PolicyCompiler.ToCSharp(load, new() { IsPublic = true }).Text, StringComparison.Ordinal);
        Assert.Contains("\nnamespace CompiledPolicies;\n", PolicyCompiler.ToCSharp(load).Text, StringComparison.Ordinal);
        Assert.False(typeof(DemoPolicy).IsPublic);
    }

    private static Dictionary<string, string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(static field => field.Name, static field => (string)field.GetRawConstantValue()!);
}
