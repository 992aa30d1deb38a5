using Xunit;

namespace SecureStreams.Policy.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void The_attribute_page_is_what_the_table_says() =>
        Snapshot.Matches(PolicyReference.ToMarkdown(), Path.Combine(Repository.Root, "docs", "policy-attributes.md"));

    [Fact]
    public void The_error_page_is_what_the_table_says() =>
        Snapshot.Matches(PolicyReference.ErrorsToMarkdown(), Path.Combine(Repository.Root, "docs", "policy-errors.md"));
}
