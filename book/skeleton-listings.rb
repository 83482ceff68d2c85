# In the solution's source the stub of an exercise is a comment, marked by //~. The book shows a skeleton
# as the learner finds it: without the mark.
Asciidoctor::Extensions.register do
  treeprocessor do
    process do |document|
      document.find_by(context: :listing).each do |block|
        block.lines.map! { |line| line.sub(%r{//~ ?}, '') }
      end
      document
    end
  end
end
