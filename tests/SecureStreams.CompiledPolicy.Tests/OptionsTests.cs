using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>Names that C# does not take are refused before anything is written.</summary>
public class OptionsTests
{
    [Theory]
    [InlineData("DemoPolicy", "My.Program_2.Übung")]
    [InlineData("_x", "a")]
    [InlineData("État", "record.file.var")]
    [InlineData("Stateless", "System")]
    public void Names_that_are_fine(string className, string @namespace) =>
        Assert.Null(new PolicyCompilerOptions { ClassName = className, Namespace = @namespace }.FindProblem());

    [Theory]
    [InlineData("", "identifier")]
    [InlineData("3g", "identifier")]
    [InlineData("a b", "identifier")]
    [InlineData("A{}", "identifier")]
    [InlineData("class", "keyword")]
    [InlineData("record", "small letters")]
    [InlineData("Model", "member")]
    [InlineData("Equals", "member")]
    [InlineData("State12", "member")]
    public void Class_names_that_are_not(string className, string why)
    {
        var options = new PolicyCompilerOptions { ClassName = className };
        Assert.StartsWith($"The class name '{className}' ", options.FindProblem(), StringComparison.Ordinal);
        Assert.Contains(why, options.FindProblem(), StringComparison.Ordinal);
        var thrown = Assert.Throws<ArgumentException>(() => PolicyCompiler.ToCSharp(Case.Find("DemoPolicy").Load(), options));
        Assert.StartsWith(options.FindProblem()!, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A..B")]
    [InlineData("A.")]
    [InlineData("A.class")]
    [InlineData("A; class X {}")]
    public void Namespaces_that_are_not(string @namespace) =>
        Assert.StartsWith($"The namespace '{@namespace}' ", new PolicyCompilerOptions { Namespace = @namespace }.FindProblem(), StringComparison.Ordinal);

    [Theory]
    [InlineData("policies/demo.json", "DemoPolicy")]
    [InlineData("C:\\policies\\captive-portal.json", "CaptivePortalPolicy")]
    [InlineData("my_policy.json", "MyPolicy")]
    [InlineData("policy", "Policy")]
    [InlineData("api.v2.json", "ApiV2Policy")]
    [InlineData("3g.json", "_3gPolicy")]
    [InlineData(".json", "JsonPolicy")]
    [InlineData("", "Policy")]
    [InlineData("---.json", "_Policy")]
    [InlineData("\ud83d\ude00", "_Policy")]
    public void A_file_name_gives_a_class_name(string fileName, string className)
    {
        Assert.Equal(className, PolicyCompilerOptions.ClassNameFor(fileName));
        Assert.Null(new PolicyCompilerOptions { ClassName = className }.FindProblem());
    }
}
